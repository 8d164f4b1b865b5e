"""`exact-optiply connect`: log in at Exact Online, keep the tokens, show the divisions, write the tenant file."""

from __future__ import annotations

import json
import secrets
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

import apis.exact
from apis.exact.authorization import authorization_url, code_in
from cli.console import out, say
from cli.divisions import ConnectedUser, Division, connected_user
from cli.options import TenantOption
from cli.redirect import RedirectListener, can_listen_at
from settings.tenant import ExactSettings, SettingsError, Tenant, load_tenant, tenant_file, tenant_from

REDIRECT_URI = "http://localhost:8788/"
# Stands in for what the login is to bring; the checks of a tenant file go with it.
UNKNOWN = 0


def connect(
    tenant: TenantOption,
    client_id: Annotated[
        str | None, typer.Option(help="Client id of your Exact app; for a tenant file that is to be written.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            help="For a file to be written; default: https://start.exactonline.nl.", show_default=False
        ),
    ] = None,
    division: Annotated[
        int | None,
        typer.Option(help="For a file to be written; default: the one the user is in.", show_default=False),
    ] = None,
    account_id: Annotated[
        int | None, typer.Option(help="Optiply's account, for a file to be written.")
    ] = None,
    coupling_id: Annotated[
        int | None, typer.Option(help="Optiply's coupling, for a file to be written.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write the tenant file anew; the old one stays as .toml.old.")
    ] = False,
    redirect_uri: Annotated[
        str, typer.Option(help="The redirect address that the app is registered with.")
    ] = REDIRECT_URI,
    paste: Annotated[
        bool,
        typer.Option("--paste", help="Without listening: paste the address that the browser ends at."),
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the address, or only print it.")
    ] = True,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for the login.")] = 300,
) -> None:
    """Log in at Exact Online once. Needs secret exact_client_secret; the tokens rotate by themselves from then on.

    A tenant file that is there is left as it is; a new one is written with the division.
    """
    file = _file(tenant)
    given: dict[str, Any] = {
        "--client-id": client_id,
        "--base-url": base_url,
        "--division": division,
        "--account-id": account_id,
        "--coupling-id": coupling_id,
    }
    is_written = overwrite or not file.exists()
    if is_written:
        settings = _settings_of_new(file, given)
    else:
        settings = load_tenant(str(file))
        if named := [name for name, value in given.items() if value is not None]:
            raise SettingsError(f"{file} exists: leave {', '.join(named)} out, or say --overwrite")
    user = _log_in(settings, redirect_uri, paste, browser, wait)
    chosen = division or (user.current if is_written else settings.exact.division)
    out.print(
        f"connected as {user.name}; the tokens are in {settings.state_folder}", markup=False, soft_wrap=True
    )
    for each in user.divisions:
        mark = "*" if each.code == chosen else " "
        out.print(f"{mark} {each.code}  {each.name}  {each.currency}", markup=False, soft_wrap=True)
    found = user.division(chosen)
    if is_written:
        _write(file, _text(settings, found, account_id, coupling_id), overwrite)
        missing = (
            " Fill in account_id and coupling_id of [optiply]." if None in (account_id, coupling_id) else ""
        )
        out.print(f"{file} is written.{missing}", markup=False, soft_wrap=True)
    out.print(f"next: exact-optiply check --tenant {tenant}", markup=False, soft_wrap=True)


def _log_in(settings: Tenant, redirect_uri: str, paste: bool, browser: bool, wait: float) -> ConnectedUser:
    tokens = apis.exact.tokens_of(settings)
    state = secrets.token_urlsafe(24)
    address = authorization_url(settings.exact, redirect_uri=redirect_uri, state=state)
    if paste or not can_listen_at(redirect_uri):
        answer = _pasted(address)
    else:
        with RedirectListener(redirect_uri) as listener:
            _show(address)
            if browser:
                webbrowser.open(address)
            answer = listener.wait(wait)
    tokens.begin(code_in(answer, state=state), redirect_uri)
    return connected_user(apis.exact.connect(settings))


def _pasted(address: str) -> str:
    _show(address)
    say("then paste the address that the browser ends at, also where it shows an error:")
    answer = sys.stdin.readline().strip()
    if not answer:
        raise SettingsError("no address was pasted")
    return answer


def _show(address: str) -> None:
    say("open this address and sign in as the user that orders shall be created by:")
    typer.echo(address)  # not by rich, which would break it over lines


def _file(name_or_path: str) -> Path:
    """The tenant's file, also one that is not there yet."""
    try:
        return tenant_file(name_or_path)
    except SettingsError:
        return Path.cwd() / "tenants" / f"{name_or_path}.toml"


def _settings_of_new(file: Path, given: dict[str, Any]) -> Tenant:
    """Checked as a tenant file is, before anybody is asked to log in."""
    if given["--client-id"] is None:
        raise SettingsError(f"{file} is to be written: --client-id is missing")
    exact = {
        "client_id": given["--client-id"],
        "base_url": given["--base-url"] or ExactSettings.model_fields["base_url"].default,
        "division": given["--division"] or UNKNOWN,
    }
    optiply = {
        "account_id": given["--account-id"] or UNKNOWN,
        "coupling_id": given["--coupling-id"] or UNKNOWN,
    }
    return tenant_from({"exact": exact, "optiply": optiply}, file)


def _text(settings: Tenant, division: Division, account_id: int | None, coupling_id: int | None) -> str:
    exact = settings.exact
    lines = [
        "# docs/flags.md explains the flags; tenants/example.toml shows every setting.",
        "",
        "[exact]",
        f"division = {division.code}  # {''.join(filter(str.isprintable, division.name))}",
        f"client_id = {_quoted(exact.client_id)}",
    ]
    if exact.base_url != ExactSettings.model_fields["base_url"].default:
        lines.append(f"base_url = {_quoted(exact.base_url)}")
    lines += ["", "[optiply]"]
    for name, value in (("account_id", account_id), ("coupling_id", coupling_id)):
        lines.append(f"# {name} =" if value is None else f"{name} = {value}")
    return "\n".join([*lines, "", "[flags]", ""])


def _quoted(text: str) -> str:
    """A TOML string: JSON's, but for what JSON need not escape and TOML must."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(file: Path, text: str, overwrite: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if overwrite and file.exists():
        file.replace(file.with_suffix(".toml.old"))
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise SettingsError(f"{file} was written by somebody else meanwhile; it is left as it is") from None
