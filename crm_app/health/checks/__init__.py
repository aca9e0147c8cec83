"""All checks, in the order in which they are told; the command and the page make the same ones."""

from crm_app.health.checks import database, deployment, machine, mail, storage, work
from crm_app.health.findings import Check
from crm_app.web.texts import lazy_gettext as _l

ALL = (
    Check("database", _l("Database"), database.answers),
    Check("tables", _l("Tables"), database.tables, needs="database"),
    Check("integrity", _l("Integrity"), database.integrity, is_slow=True, needs="database"),
    Check("search", _l("Search"), database.search, needs="tables"),
    Check("replica", _l("Replica for reports"), database.reports, needs="database"),
    Check("worker", _l("Worker"), work.worker, needs="tables"),
    Check("queue", _l("Queue"), work.queue),
    Check("parked", _l("Failed jobs"), work.parked, needs="tables"),
    Check("mail", _l("Mail"), mail.server, is_slow=True),
    Check("disk", _l("Disk"), storage.disk),
    Check("backups", _l("Backups"), storage.last_backup),
    Check("backup", _l("Last backup"), storage.last_backup_is_whole, is_slow=True),
    Check("clock", _l("Clock"), machine.clock, needs="tables"),
    Check("versions", _l("Versions"), machine.versions, needs="tables"),
    Check("address", _l("Address"), deployment.address, of_deployment=True),
    Check("secrets", _l("Secrets"), deployment.secrets, of_deployment=True),
    Check("proxies", _l("Reverse proxies"), deployment.listening, of_deployment=True),
    Check("mail_server", _l("Mail server"), deployment.mail, of_deployment=True),
    Check("elsewhere", _l("Backup location"), deployment.copies, of_deployment=True),
    Check("running", _l("Deployment"), deployment.running, of_deployment=True),
)
