"""The names by which columns of users are recognised, those of other systems' exports among them."""

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
