"""The names by which columns of people are recognised, those of other systems' exports among them."""

PEOPLE = {
    "name": """
        full name, person, person name, contact, contact name, contact person, display name,
        نام و نام خانوادگی, نام کامل, شخص, مخاطب,
        姓名, 联系人, 联系人姓名, 全名, 名称
    """,
    "first_name": """
        given name, forename, person - first name,
        نام, نام کوچک,
        名
    """,
    "last_name": """
        family name, surname, person - last name,
        نام خانوادگی, فامیل,
        姓
    """,
    "email": """
        e-mail, email address, e-mail address, mail, e-mail 1 - value, person email, person - email - work,
        work email, business email,
        primary email, person - email - home, person - email - other, home email, personal email, other email,
        email 1, email 2, email 3, e-mail 2 address, e-mail 3 address, e-mail 2 - value, e-mail 3 - value,
        e-mail 4 - value, e-mail 5 - value,
        ایمیل, پست الکترونیک, رایانامه, ایمیل 1, ایمیل 2, ایمیل 3, ایمیل کاری, ایمیل شخصی,
        邮箱, 电子邮件, 电子邮箱, 邮箱 1, 邮箱 2, 邮箱 3, 工作邮箱, 个人邮箱, 备用邮箱
    """,
    "company": """
        company name, organization 1 - name, person - organization, account name, account, organization,
        organisation, organization name, associated company,
        employer, customer,
        شرکت, نام شرکت, سازمان,
        公司, 公司名称, 单位, 企业, 客户
    """,
    "job_title": """
        job title, organization 1 - title, organization title, person - job title, title, position, role,
        occupation,
        سمت, عنوان شغلی, شغل, نقش,
        职位, 职务, 头衔, 角色
    """,
    "phone": """
        telephone, phone number, phone numbers, mobile, mobile phone, mobile phone number, cell, tel,
        phone 1 - value,
        person phone, person - phone - mobile, person - phone - work, business phone, primary phone, work phone,
        office phone, home phone, person - phone - home, person - phone - other, other phone, car phone, radio phone,
        business phone 2, home phone 2, phone 1, phone 2, phone 3, phone 2 - value, phone 3 - value, phone 4 - value,
        phone 5 - value, whatsapp phone number, callback, company main phone,
        تلفن, موبایل, تلفن همراه, شماره تماس, شماره تلفن, همراه, شماره موبایل, شماره همراه, تلفن 1, تلفن 2, تلفن 3,
        تلفن ثابت, تلفن محل کار, تلفن منزل,
        电话, 手机, 手机号, 电话号码, 联系电话, 手机号码, 电话 1, 电话 2, 电话 3,
        办公电话, 固定电话, 座机, 家庭电话, 备用电话
    """,
    "tags": """
        tag, labels, label, categories, group membership, person - label, keywords,
        برچسب, برچسب ها,
        标签
    """,
    "owner": """
        contact owner, person - owner, sales agent, sales rep, salesperson, responsible,
        مسئول, کارشناس, کارشناس فروش,
        负责人, 销售人员, 所有者
    """,
}
