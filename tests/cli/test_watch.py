"""`actionruns watch`: runs of several services, checkpoints, and how a watch is gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PATIENCE, Emulated, Everywhere, Invoke, finished, process

QUICK = ("--interval", "0.05", "--json")


def updates_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def ends_of(text: str) -> list[str]:
    return sorted(update["ref"] for update in updates_of(text) if update["outcome"] == "ended")


def interrupted(watching: subprocess.Popen[str], updates: int) -> tuple[list[Any], str]:
    """Read so many updates, then press Ctrl-C; return all updates and stderr."""
    assert watching.stdout is not None
    lines = [watching.stdout.readline() for _ in range(updates)]
    watching.send_signal(signal.SIGINT)
    rest, errors = watching.communicate(timeout=PATIENCE)
    return updates_of("".join(lines) + rest), errors


def test_runs_of_all_services_are_one_watch(invoke: Invoke, everywhere: Everywhere) -> None:
    """References of three services are followed to their ends, in one stream."""
    refs = [everywhere.add_run(service) for service in ("port", "forgeportal", "acp")]
    for ref in refs:
        everywhere.finish(ref)
    result = invoke("watch", *refs, *QUICK)
    assert (result.exit_code, result.stderr) == (0, "")
    assert ends_of(result.stdout) == sorted(refs)


def test_exit_status_is_the_result_of_all_services(invoke: Invoke, everywhere: Everywhere) -> None:
    """With `--exit-status`, a run that failed at one service decides; without, it does not."""
    refs = [everywhere.add_run("port"), everywhere.add_run("forgeportal")]
    everywhere.finish(refs[0])
    everywhere.finish(refs[1], well=False)
    assert invoke("watch", *refs, *QUICK, "--exit-status").exit_code == 1
    assert invoke("watch", *refs, *QUICK).exit_code == 0


def test_ids_are_of_the_one_service_that_is_given(invoke: Invoke, everywhere: Everywhere) -> None:
    """With one `--service`, ids need not name it; references of others may stand beside them."""
    port, forge = everywhere.add_run("port"), everywhere.add_run("forgeportal")
    for ref in (port, forge):
        everywhere.finish(ref)
    run_id = port.partition(":")[2]
    result = invoke("watch", "--stdin", "--service", "port", *QUICK, stdin=f"{run_id}\n{forge}\n")
    assert ends_of(result.stdout) == sorted([port, forge])


def test_all_active_runs_of_some_services(invoke: Invoke, everywhere: Everywhere) -> None:
    """`--all-active` takes the active runs of each `--service`, and of no other."""
    over, *active = (everywhere.add_run(name) for name in ("port", "port", "forgeportal"))
    everywhere.add_run("acp")
    everywhere.finish(over)
    services = ("--service", "port", "--service", "forgeportal")
    result = invoke("watch", "--all-active", *services, *QUICK, "--timeout", "0.3")
    assert result.exit_code == 6
    assert {update["ref"] for update in updates_of(result.stdout)} == set(active)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name runs, or give --all-active, --stdin or --from-file"),
        (["r_1"], "r_1 names no service: write port:r_1 or forgeportal:r_1 or acp:r_1, or give"),
        (["port:"], "port: names no service"),
        (["pear:1"], "pear:1: there is no service pear; known are port, forgeportal, acp"),
        (
            ["r_1", "--service", "port", "--service", "acp"],
            "r_1 names no service: write port:r_1 or acp:r_1, or give one --service",
        ),
        (["--all-active"], "--all-active needs --service: port, forgeportal, acp"),
        (["--all-active", "--service", "pear"], "--service: there is no pear; known are port"),
        (["port:r_1", "--timeout", "0"], "--timeout must be above 0, but is 0"),
        (["port:r_1", "--port-base-url", "x"], "port: --port-base-url must begin with http://"),
        (["port:r_1", "--port-token-file", "gone"], "port: --port-token-file: cannot read gone"),
        (["port:r_1", "--rate", "0"], "port: --rate must be above 0"),
        (["acp:r_1", "--call-timeout", "0"], "acp: --call-timeout must be above 0"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line(invoke: Invoke, arguments: list[str], words: str) -> None:
    """One line says what is wrong, in the words of this command."""
    result = invoke("watch", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert words in result.stderr


def test_a_service_that_is_down_is_named_with_its_option(invoke: Invoke) -> None:
    """What the first look meets ends the command; the address is called as the option is."""
    address = ("--port-base-url", "http://nowhere.invalid")
    result = invoke("watch", "port:r_1", *address, "--attempts", "1")
    assert result.exit_code == 7
    assert "Check --port-base-url" in result.stderr


def test_no_active_runs_are_no_failure(invoke: Invoke) -> None:
    """Nothing to follow is said, and is no failure."""
    result = invoke("watch", "--all-active", "--service", "port")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No runs to follow.\n"


def test_until_any_ends_with_the_first_end(invoke: Invoke, everywhere: Everywhere) -> None:
    """`--until any` ends when one run has ended, whatever the others do."""
    refs = [everywhere.add_run("port") for _ in range(3)]
    everywhere.finish(refs[1], well=False)
    result = invoke("watch", *refs, *QUICK, "--until", "any", "--exit-status")
    assert result.exit_code == 1
    assert ends_of(result.stdout) == [refs[1]]


def test_a_plain_watch_ends_with_its_counts(invoke: Invoke, everywhere: Everywhere) -> None:
    """Without a terminal the counts are one line on stderr, at the end."""
    ref = everywhere.add_run("port")
    everywhere.finish(ref)
    result = invoke("watch", ref)
    assert result.stderr.startswith("succeeded 1; 1 request in ")


def test_ctrl_c_prints_how_to_go_on_and_the_command_does(
    port: Emulated, everywhere: Everywhere, tmp_path: Path
) -> None:
    """After Ctrl-C the printed command goes on: nothing is told twice, and nothing is lost."""
    refs = [everywhere.add_run(service) for service in ("port", "forgeportal", "acp")]
    file = tmp_path / "the watch.db"
    options = ("--checkpoint", str(file), "--exit-status", *QUICK)
    with process("watch", *refs, *options, env=port.environment) as watching:
        told, errors = interrupted(watching, updates=3)
    assert watching.returncode == 130
    assert {(update["ref"], update["previous"]) for update in told} == {(r, None) for r in refs}
    head, command = errors.splitlines()
    assert head == f"3 of 3 runs have not ended; {file} knows where they stand. To go on:"
    assert (
        command == f"  actionruns watch --checkpoint '{file}' --exit-status --interval 0.05 --json"
    )
    everywhere.finish(refs[0], well=False)
    everywhere.finish(refs[1])
    everywhere.finish(refs[2])
    shell = command.replace("actionruns", "python -m actionruns", 1)
    ran = subprocess.run(
        ["sh", "-c", shell],
        env=port.environment | {"PATH": _path()},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ends_of(ran.stdout) == sorted(refs)
    assert all(update["previous"] for update in updates_of(ran.stdout))


def _path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


def test_a_checkpoint_s_results_count_for_the_exit_status(
    invoke: Invoke, everywhere: Everywhere, tmp_path: Path
) -> None:
    """A run that failed before the watch was gone on with makes the code 1 all the same."""
    refs = [everywhere.add_run("port") for _ in range(2)]
    everywhere.finish(refs[0], well=False)
    options = ("--checkpoint", str(tmp_path / "w.db"), *QUICK)
    assert invoke("watch", *refs, *options, "--until", "any").exit_code == 0
    everywhere.finish(refs[1])
    result = invoke("watch", *options, "--exit-status")
    assert result.exit_code == 1
    assert ends_of(result.stdout) == [refs[1]]


def test_all_told_is_all_told(invoke: Invoke, everywhere: Everywhere, tmp_path: Path) -> None:
    """A watch that is gone on with when all has ended tells nothing more, and knows the result."""
    ref = everywhere.add_run("forgeportal")
    everywhere.finish(ref, well=False)
    options = ("--checkpoint", str(tmp_path / "w.db"), "--exit-status", *QUICK)
    assert invoke("watch", ref, *options).exit_code == 1
    again = invoke("watch", *options)
    assert (again.exit_code, again.stdout, again.stderr) == (1, "", "")


def test_a_checkpoint_that_is_not_there_is_nothing_to_go_on_with(
    invoke: Invoke, tmp_path: Path
) -> None:
    """Without runs, a checkpoint has to be there."""
    result = invoke("watch", "--checkpoint", str(tmp_path / "w.db"))
    assert result.exit_code == 2
    assert "there is nothing to go on with in" in result.stderr
    assert not (tmp_path / "w.db").exists()


def test_a_checkpoint_of_something_else_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    """A file that is no checkpoint is left as it is."""
    file = tmp_path / "notes"
    file.write_text("not a database, but long enough to be taken for one" * 20)
    result = invoke("watch", "port:r_1", "--checkpoint", str(file))
    assert result.exit_code == 2
    assert "is no checkpoint of a watch" in result.stderr


def test_timeout_says_how_to_go_on(invoke: Invoke, everywhere: Everywhere, tmp_path: Path) -> None:
    """When the time is up, the code is 6, and what goes on is said with the command."""
    file = tmp_path / "w.db"
    options = ("--checkpoint", str(file), "--timeout", "0.2")
    result = invoke("watch", everywhere.add_run("port"), *options, *QUICK)
    assert result.exit_code == 6
    assert f"watch --checkpoint {file} --timeout 0.2 --interval 0.05 --json" in result.stderr


def test_ctrl_c_without_a_checkpoint_names_the_option(
    port: Emulated, everywhere: Everywhere
) -> None:
    """Whoever interrupts a watch learns how the next one can be gone on with."""
    with process("watch", everywhere.add_run("port"), env=port.environment) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        _, errors = watching.communicate(timeout=PATIENCE)
    assert watching.returncode == 130
    assert errors == (
        "1 of 1 runs has not ended; with --checkpoint FILE a watch can be gone on with.\n"
    )


def test_a_service_s_own_watch_has_checkpoints_too(
    invoke: Invoke, everywhere: Everywhere, tmp_path: Path
) -> None:
    """`port watch` goes on with its checkpoint, and `actionruns watch` with the same file."""
    refs = [everywhere.add_run("port") for _ in range(2)]
    options = ("--checkpoint", str(tmp_path / "w.db"), *QUICK)
    everywhere.finish(refs[0])
    first = invoke("port", "watch", *refs, *options, "--until", "any")
    assert ends_of(first.stdout) == [refs[0]]
    assert f"actionruns port watch --until any --checkpoint {tmp_path}" in first.stderr
    everywhere.finish(refs[1])
    assert ends_of(invoke("watch", *options).stdout) == [refs[1]]


def test_a_service_s_own_watch_refuses_others_runs(
    invoke: Invoke, everywhere: Everywhere, tmp_path: Path
) -> None:
    """A checkpoint with runs of two services is for the command that follows both."""
    refs = [everywhere.add_run(service) for service in ("port", "forgeportal")]
    options = ("--checkpoint", str(tmp_path / "w.db"), *QUICK)
    assert invoke("watch", *refs, *options, "--timeout", "0.2").exit_code == 6
    result = invoke("port", "watch", *options)
    assert result.exit_code == 2
    assert "has runs of forgeportal: go on with actionruns watch" in result.stderr


def test_a_report_is_written_at_the_end(
    invoke: Invoke, everywhere: Everywhere, tmp_path: Path
) -> None:
    """`--report` writes a page with the runs of all services, their actions and their ends."""
    refs = [everywhere.add_run(service) for service in ("port", "forgeportal", "acp")]
    for ref in refs:
        everywhere.finish(ref, well=ref != refs[1])
    file = tmp_path / "report.html"
    result = invoke("watch", *refs, "--report", str(file))
    assert result.exit_code == 0
    assert f"Report: {file}\n" in result.stderr
    page = file.read_text(encoding="utf-8")
    assert "Watch of 3 runs of" in page
    assert "create_microservice" in page
    assert "Runs to look at" in page
    assert all(ref in page for ref in refs)


def test_a_report_is_written_after_ctrl_c(
    port: Emulated, everywhere: Everywhere, tmp_path: Path
) -> None:
    """A watch that is interrupted has its report, too, and a service's own watch as well."""
    file = tmp_path / "report.html"
    refs = [everywhere.add_run("port") for _ in range(2)]
    everywhere.finish(refs[0])
    options = ("--report", str(file), *QUICK)
    with process("port", "watch", *refs, *options, env=port.environment) as watching:
        interrupted(watching, updates=2)
    assert watching.returncode == 130
    page = file.read_text(encoding="utf-8")
    assert "The watch was ended before all runs had." in page
    assert all(ref in page for ref in refs)


def test_a_report_that_cannot_be_written_is_refused_at_the_start(
    invoke: Invoke, everywhere: Everywhere, tmp_path: Path
) -> None:
    """Nobody waits for hours to learn that a folder is not there."""
    file = tmp_path / "nowhere" / "report.html"
    result = invoke("watch", everywhere.add_run("port"), "--report", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--report: there is no folder {file.parent}: make it, or name another" in result.stderr


def test_a_watch_that_saw_nothing_leaves_no_report(invoke: Invoke, tmp_path: Path) -> None:
    """When the service is down from the start, there is nothing to tell."""
    file = tmp_path / "report.html"
    options = ("--port-base-url", "http://nowhere.invalid", "--attempts", "1")
    assert invoke("watch", "port:r_1", *options, "--report", str(file)).exit_code == 7
    assert not file.exists()


def test_a_report_is_not_replaced_by_an_empty_one(
    invoke: Invoke, everywhere: Everywhere, tmp_path: Path
) -> None:
    """Going on when all has been told leaves the report of before as it is."""
    file, ref = tmp_path / "report.html", everywhere.add_run("port")
    everywhere.finish(ref)
    options = ("--checkpoint", str(tmp_path / "w.db"), "--report", str(file))
    assert invoke("watch", ref, *options).exit_code == 0
    before = file.read_text(encoding="utf-8")
    again = invoke("watch", *options)
    assert again.exit_code == 0
    assert f"Nothing was seen to change: {file} is not written." in again.stderr
    assert file.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_nobody_could_read_is_told_again(
    port: Emulated, everywhere: Everywhere, tmp_path: Path, form: list[str]
) -> None:
    """A reader that goes away ends a watch with 141; what it did not get is told to the next."""
    ref = everywhere.add_run("port")
    options = ("--checkpoint", str(tmp_path / "w.db"), "--interval", "0.05")
    with process("watch", ref, *options, *form, env=port.environment) as watching:
        assert watching.stdout is not None
        watching.stdout.readline()
        watching.stdout.close()
        everywhere.finish(ref)
        assert watching.wait(PATIENCE) == 141
    code, out, _ = finished("watch", *options, "--json", env=port.environment)
    (again,) = updates_of(out)
    assert code == 0
    assert (again["ref"], again["outcome"], again["redelivered"]) == (ref, "ended", True)
