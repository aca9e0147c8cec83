"""The teams: their list, and one team with its manager, region and members."""

from flask import flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm_app.accounts import queries
from crm_app.accounts.access import role_required
from crm_app.accounts.models import Team, User
from crm_app.extensions import db
from crm_app.settings import teams as work
from crm_app.settings.forms.teams import TeamForm
from crm_app.settings.views import bp
from crm_app.web.htmx import page
from crm_app.web.seen import held, look_again
from crm_app.web.texts import gettext as _


@bp.get("/teams")
@role_required("owner")
def teams():
    members = select(func.count(User.id)).where(User.team_id == Team.id).scalar_subquery()
    shown = queries.teams_visible_to(current_user).add_columns(members).options(joinedload(Team.manager))
    return page("settings/teams.html", rows=db.session.execute(shown).all())


@bp.route("/teams/new", methods=["GET", "POST"])
@role_required("owner")
def new_team():
    form = TeamForm(user=current_user)
    if not form.validate_on_submit():
        return page("settings/new_team.html", form=form, status=422 if form.errors else 200)

    team = work.add(form.name.data, form.region.data, form.manager, form.chosen)
    db.session.commit()

    flash(_("The team %(name)s was added.", name=team.name), "ok")
    return redirect(url_for(".teams"), 303)


@bp.route("/teams/<int:team_id>", methods=["GET", "POST"])
@role_required("owner")
def team(team_id):
    team = db.one_or_404(held(_named(team_id)))
    form = TeamForm(user=current_user, team=team)
    if form.is_overtaken:
        return look_again(url_for(".team", team_id=team_id))
    if not form.validate_on_submit():
        return page("settings/team.html", form=form, team=team, status=422 if form.errors else 200)

    work.change(team, form.name.data, form.region.data, form.manager, form.chosen)
    db.session.commit()

    flash(_("%(name)s was changed.", name=team.name), "ok")
    return redirect(url_for(".teams"), 303)


@bp.route("/teams/<int:team_id>/deletion", methods=["GET", "POST"])
@role_required("owner")
def delete_team(team_id):
    team = _team(team_id)
    reason = work.why_it_stays(team)
    if request.method == "GET" or reason:
        return page("settings/delete_team.html", team=team, reason=reason, status=422 if request.form else 200)

    work.delete(team)
    db.session.commit()

    flash(_("The team %(name)s was deleted.", name=team.name), "ok")
    return redirect(url_for(".teams"), 303)


def _team(team_id: int) -> Team:
    return db.one_or_404(_named(team_id))


def _named(team_id: int) -> Select[tuple[Team]]:
    return queries.teams_visible_to(current_user).where(Team.id == team_id)
