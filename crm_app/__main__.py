"""The `crm` command, also as `python -m crm_app`."""

from crm_app import optimized


def main() -> None:
    optimized.start_again_if_lasting()
    from crm_app import processes
    from crm_app.cli import main

    # Started again, it would be called python.
    processes.call_this("crm")
    main(prog_name="crm")


if __name__ == "__main__":
    main()
