"""The names by which columns of companies are recognised, those of other systems' exports among them."""

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
        sector, industry group, organization - industry, branch, line of business,
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
        web, url, web site, web page, organization - website, website url, homepage, domain, company domain name,
        وب سایت, وبسایت, سایت, تارنما,
        网站, 网址, 官网
    """,
    "phone": """
        telephone, phone number, tel, main phone, company phone, office phone, phone 1, phone 2, phone 3,
        تلفن, شماره تلفن, شماره تماس, تلفن 1, تلفن 2, تلفن 3,
        电话, 电话号码, 联系电话, 电话 1, 电话 2, 电话 3
    """,
    "tags": """
        tag, labels, label, organization - label, keywords,
        برچسب, برچسب ها,
        标签
    """,
    "owner": """
        company owner, account owner, organization - owner, sales agent, sales rep, salesperson, responsible,
        مسئول, کارشناس, کارشناس فروش,
        负责人, 销售人员, 所有者
    """,
}
