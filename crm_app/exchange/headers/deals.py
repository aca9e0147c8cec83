"""The names by which columns of deals are recognised, those of other systems' exports among them."""

DEALS = {
    "title": """
        deal, deal name, deal title, opportunity, opportunity name, name, subject,
        عنوان, عنوان معامله, نام معامله, معامله, فرصت, موضوع,
        商机, 商机名称, 标题, 名称, 交易名称
    """,
    "code": """
        opportunity id, deal id, deal - id, id, record id, external id, reference, number, deal number,
        کد, شناسه, شماره, کد معامله, شناسه معامله,
        商机编号, 编号, 商机id, 单号
    """,
    "owner": """
        sales agent, deal owner, deal - owner, opportunity owner, sales rep, salesperson, rep, user,
        assigned to, responsible,
        مسئول, کارشناس فروش, کارشناس, فروشنده,
        负责人, 销售人员, 销售, 所有者
    """,
    "product": """
        product name, deal - product name, item,
        محصول, نام محصول, کالا,
        产品, 产品名称, 商品
    """,
    "company": """
        account, account name, company name, deal - organization, organization, organisation, customer, client,
        associated company,
        شرکت, نام شرکت, مشتری, سازمان,
        公司, 公司名称, 客户, 客户名称, 企业
    """,
    "person": """
        contact, contact person, contact name, deal - contact person, person name, primary contact,
        شخص, مخاطب, شخص رابط,
        联系人, 联系人姓名
    """,
    "pipeline": """
        pipeline name, deal pipeline, deal - pipeline, sales pipeline,
        کاریز فروش, نام کاریز فروش, کاریز, پایپ لاین,
        销售管道, 管道, 管道名称, 销售流程
    """,
    "stage": """
        deal stage, stage name, sales stage, pipeline stage, status, phase,
        مرحله, مرحله معامله, وضعیت,
        阶段, 商机阶段, 销售阶段, 状态
    """,
    "outcome": """
        deal - status, won or lost, result, is won,
        نتیجه, نتیجه معامله,
        结果, 交易结果
    """,
    "created": """
        engage date, begun on, created, created on, created at, create date, created date, creation date,
        date created,
        deal created, deal - deal created, start date, opened, open date,
        تاریخ ایجاد, تاریخ آغاز, تاریخ شروع, ایجاد, شروع,
        创建日期, 创建时间, 开始日期
    """,
    "closed": """
        close date, closed on, closed, closed date, date closed, deal closed on, deal - deal closed on,
        won time, deal - won time, end date,
        تاریخ بسته شدن, تاریخ پایان, بسته شده در,
        结束日期, 关闭日期, 成交日期, 结单日期
    """,
    "value": """
        close value, amount, deal value, deal amount, price, total, revenue, worth,
        مبلغ, ارزش, مبلغ معامله, ارزش معامله, قیمت,
        金额, 商机金额, 交易金额, 成交金额
    """,
    "currency": """
        currency code, currency of value, deal - currency of value, amount currency, deal currency,
        ارز, واحد پول,
        货币, 币种
    """,
    "source": """
        lead source, original source, deal - source channel, channel, source channel,
        منبع, منبع سرنخ, کانال,
        来源, 线索来源, 渠道
    """,
    "lost_reason": """
        lost reason, deal - lost reason, reason of the loss, lost because, loss reason, closed lost reason, reason,
        دلیل باخت, دلیل ناموفق شدن, دلیل از دست رفتن, علت شکست,
        丢单原因, 输单原因, 失败原因
    """,
    "expected_close": """
        expected close date, deal - expected close date, expected closing, forecast date, estimated close date,
        تاریخ احتمالی بسته شدن, تاریخ مورد انتظار, تاریخ پیش بینی,
        预计成交日期, 预计结束日期, 预计关闭日期
    """,
}
