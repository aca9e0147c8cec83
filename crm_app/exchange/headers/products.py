"""The names by which columns of products are recognised, those of other systems' exports among them."""

PRODUCTS = {
    "name": """
        product, product name, item, title,
        نام, محصول, نام محصول, کالا, نام کالا,
        产品, 产品名称, 名称, 商品
    """,
    "code": """
        sku, product code, item code, product id, article,
        کد, کد محصول, کد کالا,
        编号, 产品编号, 产品代码, 代码
    """,
    "family": """
        series, category, group, line, product family, product line,
        گروه, خانواده, خانواده محصول, دسته, دسته بندی,
        系列, 类别, 产品系列, 分类
    """,
    "price": """
        sales price, list price, unit price, amount,
        قیمت, قیمت فروش, فی, بها,
        价格, 单价, 售价, 销售价格
    """,
    "cost": """
        unit cost, purchase price, cost price,
        بهای تمام شده, قیمت خرید, هزینه,
        成本, 进价, 成本价
    """,
    "currency": """
        currency code,
        ارز, واحد پول,
        货币, 币种
    """,
}
