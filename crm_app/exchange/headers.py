"""The names by which columns are recognised: for each field those of English, Persian and Chinese, surest first."""

USERS = {
    "name": """
        user, user name, full name, sales agent, sales rep, salesperson, rep, employee,
        نام و نام خانوادگی, نام, نام کامل, کاربر, کارشناس فروش, کارشناس,
        姓名, 用户, 用户名, 销售人员, 销售, 员工, 名称
    """,
    "email": """
        e-mail, email address, mail, login,
        ایمیل, پست الکترونیک, رایانامه,
        邮箱, 电子邮件, 电子邮箱
    """,
    "role": """
        user role, access,
        نقش, سطح دسترسی,
        角色, 权限
    """,
    "team": """
        team name, sales team, group, department,
        تیم, نام تیم, گروه, واحد,
        团队, 销售团队, 部门, 小组
    """,
    "manager": """
        manager, sales manager, team manager, manager of the team, team lead, supervisor, boss, reports to,
        مدیر, مدیر فروش, مدیر تیم, سرپرست,
        经理, 销售经理, 团队经理, 主管, 上级
    """,
    "region": """
        regional office, office, territory, area,
        منطقه, دفتر منطقه ای, ناحیه, استان,
        区域, 地区, 大区, 片区
    """,
}

COMPANIES = {
    "name": """
        company, company name, account, account name, organization, organisation, organization name,
        organisation name, business, customer, client, firm,
        نام, شرکت, نام شرکت, سازمان, نام سازمان, مشتری,
        公司, 公司名称, 企业, 企业名称, 客户, 客户名称, 名称
    """,
    "parent": """
        subsidiary of, parent company, parent account, parent, part of, belongs to, group,
        شرکت مادر, زیرمجموعه, مادر,
        母公司, 上级公司, 所属公司, 隶属
    """,
    "industry": """
        sector, branch, line of business,
        صنعت, حوزه فعالیت, زمینه فعالیت, بخش,
        行业, 所属行业
    """,
    "founded": """
        year established, founded in, year founded, established, foundation year, founding year,
        سال تاسیس, تاسیس,
        成立年份, 成立时间, 创立年份, 成立
    """,
    "size": """
        employees, number of employees, employee count, headcount, company size, staff,
        تعداد کارکنان, کارکنان, کارمندان, تعداد پرسنل, پرسنل,
        员工数, 员工人数, 规模, 人数
    """,
    "revenue": """
        revenue, yearly revenue, annual revenue, turnover, yearly turnover, sales,
        درآمد, درآمد سالانه, گردش مالی, فروش سالانه,
        营收, 年营收, 年收入, 年营业额, 营业额, 收入
    """,
    "currency": """
        currency, currency code, currency of the revenue,
        ارز, واحد پول, واحد پول درآمد,
        货币, 币种, 营收货币
    """,
    "country": """
        office location, location, country region, billing country, headquarters,
        کشور, محل دفتر,
        国家, 国家地区, 所在国家, 所在地
    """,
    "website": """
        web, url, web site, website url, homepage, domain, company domain name,
        وب سایت, وبسایت, سایت, تارنما,
        网站, 网址, 官网
    """,
    "phone": """
        telephone, phone number, tel, main phone,
        تلفن, شماره تلفن, شماره تماس,
        电话, 电话号码, 联系电话
    """,
    "tags": """
        tag, labels, label, keywords,
        برچسب, برچسب ها,
        标签
    """,
    "owner": """
        company owner, account owner, sales agent, sales rep, salesperson, responsible,
        مسئول, کارشناس, کارشناس فروش,
        负责人, 销售人员, 所有者
    """,
}

PEOPLE = {
    "name": """
        full name, person, person name, contact, contact name, contact person, display name,
        نام و نام خانوادگی, نام کامل, شخص, مخاطب,
        姓名, 联系人, 联系人姓名, 全名, 名称
    """,
    "first_name": """
        given name, forename,
        نام, نام کوچک,
        名
    """,
    "last_name": """
        family name, surname,
        نام خانوادگی, فامیل,
        姓
    """,
    "email": """
        e-mail, email address, e-mail address, mail, e-mail 1 - value, person email,
        ایمیل, پست الکترونیک, رایانامه,
        邮箱, 电子邮件, 电子邮箱
    """,
    "company": """
        company name, account, account name, organization, organisation, organization name, associated company,
        employer,
        شرکت, نام شرکت, سازمان,
        公司, 公司名称, 单位, 企业, 客户
    """,
    "job_title": """
        job title, title, position, role, organization title,
        سمت, عنوان شغلی, شغل, نقش,
        职位, 职务, 头衔, 角色
    """,
    "phone": """
        telephone, phone number, mobile, mobile phone, cell, tel, phone 1 - value, person phone,
        تلفن, موبایل, تلفن همراه, شماره تماس, شماره تلفن, همراه,
        电话, 手机, 手机号, 电话号码, 联系电话
    """,
    "tags": """
        tag, labels, label, keywords, group membership,
        برچسب, برچسب ها,
        标签
    """,
    "owner": """
        contact owner, sales agent, sales rep, salesperson, responsible,
        مسئول, کارشناس, کارشناس فروش,
        负责人, 销售人员, 所有者
    """,
}

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
        گروه, خانواده, دسته, دسته بندی,
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

DEALS = {
    "title": """
        deal, deal name, deal title, opportunity, opportunity name, name, subject,
        عنوان, عنوان معامله, نام معامله, معامله, فرصت, موضوع,
        商机, 商机名称, 标题, 名称, 交易名称
    """,
    "code": """
        opportunity id, deal id, id, record id, external id, reference, number, deal number,
        کد, شناسه, شماره, کد معامله, شناسه معامله,
        商机编号, 编号, 商机id, 单号
    """,
    "owner": """
        sales agent, deal owner, opportunity owner, sales rep, salesperson, rep, user, assigned to, responsible,
        مسئول, کارشناس فروش, کارشناس, فروشنده,
        负责人, 销售人员, 销售, 所有者
    """,
    "product": """
        product name, item,
        محصول, نام محصول, کالا,
        产品, 产品名称, 商品
    """,
    "company": """
        account, account name, company name, organization, organisation, customer, client, associated company,
        شرکت, نام شرکت, مشتری, سازمان,
        公司, 公司名称, 客户, 客户名称, 企业
    """,
    "person": """
        contact, contact person, contact name, person name, primary contact,
        شخص, مخاطب, شخص رابط,
        联系人, 联系人姓名
    """,
    "stage": """
        deal stage, sales stage, pipeline stage, status, phase,
        مرحله, مرحله معامله, وضعیت,
        阶段, 商机阶段, 销售阶段, 状态
    """,
    "created": """
        engage date, begun on, created, created on, created at, create date, created date, creation date, date created,
        deal created, start date, opened, open date,
        تاریخ ایجاد, تاریخ آغاز, تاریخ شروع, ایجاد, شروع,
        创建日期, 创建时间, 开始日期
    """,
    "closed": """
        close date, closed on, closed, closed date, date closed, deal closed on, won time, end date,
        تاریخ بسته شدن, تاریخ پایان, بسته شده در,
        结束日期, 关闭日期, 成交日期, 结单日期
    """,
    "value": """
        close value, amount, deal value, deal amount, price, total, revenue, worth,
        مبلغ, ارزش, مبلغ معامله, ارزش معامله, قیمت,
        金额, 商机金额, 交易金额, 成交金额
    """,
    "currency": """
        currency code, currency of value, deal currency,
        ارز, واحد پول,
        货币, 币种
    """,
    "source": """
        lead source, original source, channel, source channel,
        منبع, منبع سرنخ, کانال,
        来源, 线索来源, 渠道
    """,
    "lost_reason": """
        lost reason, reason of the loss, lost because, loss reason, closed lost reason, reason,
        دلیل باخت, دلیل ناموفق شدن, دلیل از دست رفتن, علت شکست,
        丢单原因, 输单原因, 失败原因
    """,
    "expected_close": """
        expected close date, expected closing, forecast date, estimated close date,
        تاریخ احتمالی بسته شدن, تاریخ مورد انتظار, تاریخ پیش بینی,
        预计成交日期, 预计结束日期, 预计关闭日期
    """,
}
