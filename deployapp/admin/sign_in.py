"""Signing in and out. Says no more about a failure than that it failed."""

from flask import Flask, Response, current_app, flash, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response as BaseResponse

from config import Settings
from deployapp.admin.access import same_site
from deployapp.admin.attempts import Attempts
from deployapp.admin.pages import console, render
from deployapp.services import users

WRONG = "The user name or the password is wrong, or the account is not active."


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.extensions["deployapp.sign_in_attempts"] = Attempts(settings.sign_in_limit)


@console.get("/sign-in")
def sign_in() -> BaseResponse | str:
    """The form; who is signed in already is sent on."""
    if current_user.is_authenticated:
        return redirect(_target())
    return _form()


@console.post("/sign-in")
def check() -> BaseResponse | str:
    """Check name and password; begin a new session."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    attempts: Attempts = current_app.extensions["deployapp.sign_in_attempts"]
    if wait := attempts.note(request.remote_addr or "", username):
        page = _form(f"Too many attempts. Try again in {_duration(wait)}.", username)
        return Response(page, 429, {"Retry-After": str(wait)})
    user = users.authenticate(username, password)
    if user is None:
        return Response(_form(WRONG, username), 401)
    session.clear()  # nothing from before carries over, the CSRF token included
    login_user(user)
    return redirect(_target(), 303)


@console.post("/sign-out")
def sign_out() -> BaseResponse:
    logout_user()
    session.clear()
    flash("You are signed out.", "success")
    return redirect(url_for("console.sign_in"), 303)


def _form(error: str = "", username: str = "") -> str:
    return render("console/sign_in.html", error=error, username=username, next=same_site(request.values.get("next")))


def _target() -> str:
    return same_site(request.values.get("next")) or url_for("admin.index")


def _duration(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"
