"""The verbs that nouns share: `create client`, `list accounts` and so on, as ory/hydra's command line has them."""

import typer

create = typer.Typer(help="Make a client or an account.", no_args_is_help=True)
get = typer.Typer(help="Show one client or account.", no_args_is_help=True)
list_ = typer.Typer(help="List clients or accounts.", no_args_is_help=True)
update = typer.Typer(help="Change a client or an account.", no_args_is_help=True)
delete = typer.Typer(help="Remove a client or an account.", no_args_is_help=True)
disable = typer.Typer(
    help="Turn a client or an account off; its sessions and tokens end at once.", no_args_is_help=True
)
enable = typer.Typer(help="Turn a client or an account on again.", no_args_is_help=True)

ALL = {
    "create": create,
    "get": get,
    "list": list_,
    "update": update,
    "delete": delete,
    "disable": disable,
    "enable": enable,
}
