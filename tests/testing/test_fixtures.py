"""The fixtures in a user's project: each is run by the user's tests, in a pytest of their own."""

from __future__ import annotations

import re
import sys

import pytest

from tests.testing.conftest import CONFTEST, HAS_PYTEST_ASYNCIO, Run

pytest_plugins = ["pytester"]

# The second is used when it is there; nothing here needs it.
ASYNC_MODES = [
    "anyio",
    pytest.param(
        "asyncio",
        marks=pytest.mark.skipif(not HAS_PYTEST_ASYNCIO, reason="pytest-asyncio is not installed"),
    ),
]


def test_blocking_clients(run_project: Run) -> None:
    """Each blocking client is ready: it gets from the emulator what the test made there."""
    ran = run_project(
        """
        def test_port(actionruns_emulator, actionruns_port_client):
            run_id = actionruns_emulator.add_run()
            assert actionruns_port_client.action_runs.get_action_run(run_id).id == run_id

        def test_forgeportal(actionruns_emulator, actionruns_forgeportal_client):
            run_id = actionruns_emulator.forgeportal.add_run()
            assert actionruns_forgeportal_client.action_runs.get_action_run(run_id).id == run_id

        def test_acp(actionruns_emulator, actionruns_acp_client):
            run_id = actionruns_emulator.acp.add_run()
            assert actionruns_acp_client.runs.get_run(run_id).run_id == run_id

        def test_acp_v02(actionruns_emulator, actionruns_acp_v02_client):
            run_id = actionruns_emulator.acp_v02.add_run()
            assert actionruns_acp_v02_client.stateless_runs.get_stateless_run(run_id)
        """
    )
    ran.assert_outcomes(passed=4)


@pytest.mark.parametrize("mode", ASYNC_MODES)
def test_async_clients(run_project: Run, mode: str) -> None:
    """Each async client is ready in an async test, whichever plugin runs it; nothing is left open.

    The project has warnings as errors, so that a session left open would be one.
    """
    ran = run_project(
        f"""
        import pytest

        pytestmark = pytest.mark.{mode}

        async def test_port(actionruns_emulator, actionruns_async_port_client):
            run_id = actionruns_emulator.add_run()
            run = await actionruns_async_port_client.action_runs.get_action_run(run_id)
            assert run.id == run_id

        async def test_forgeportal(actionruns_emulator, actionruns_async_forgeportal_client):
            run_id = actionruns_emulator.forgeportal.add_run()
            run = await actionruns_async_forgeportal_client.action_runs.get_action_run(run_id)
            assert run.id == run_id

        async def test_acp(actionruns_emulator, actionruns_async_acp_client):
            run_id = actionruns_emulator.acp.add_run()
            assert (await actionruns_async_acp_client.runs.get_run(run_id)).run_id == run_id

        async def test_acp_v02(actionruns_emulator, actionruns_async_acp_v02_client):
            run_id = actionruns_emulator.acp_v02.add_run()
            assert await actionruns_async_acp_v02_client.stateless_runs.get_stateless_run(run_id)
        """
    )
    ran.assert_outcomes(passed=4)


def test_clients_of_the_code_under_test(run_project: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the environment's fixture, clients made without arguments meet the emulator."""
    # What a developer's shell may have.
    monkeypatch.setenv("PORT_API_KEY", "the-real-one")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "internal.example")
    ran = run_project(
        """
        import os
        import pytest
        from actionruns import AcpClient, ForgePortalClient, PortClient

        @pytest.mark.usefixtures("actionruns_environment")
        def test_all():
            with PortClient() as port, ForgePortalClient() as forge, AcpClient() as acp:
                assert port.action_runs.get_action_runs().runs == []
                assert forge.templates.list_templates()
                assert acp.agents.search_agents()
            assert os.environ["no_proxy"] == "internal.example,127.0.0.1"

        def test_it_is_as_before():
            assert os.environ["PORT_API_KEY"] == "the-real-one"
            assert "PORT_BASE_URL" not in os.environ
        """
    )
    ran.assert_outcomes(passed=2)


def test_each_test_has_its_own_state(run_project: Run) -> None:
    """Runs, faults, counts and additions of one test are not there in the next."""
    ran = run_project(
        """
        import pytest
        from actionruns.emulator import User

        @pytest.mark.parametrize("time", [1, 2])
        def test_fresh(time, actionruns_emulator, actionruns_port_client):
            assert actionruns_port_client.action_runs.get_action_runs().runs == []
            assert actionruns_emulator.requests.count("GET", "/port/v1/actions/runs") == 1
            actionruns_emulator.add(User(id="new", email="new@example.org"))
            actionruns_emulator.add_runs(3, user="new")
            actionruns_emulator.fail_next("*", "*", status=418, times=100)

        def test_settings_too(actionruns_emulator):
            assert actionruns_emulator.settings.seed == 0
        """
    )
    ran.assert_outcomes(passed=3)


def test_faults_are_met(run_project: Run) -> None:
    """A fault that a test asks for meets the client's next request, until it is cleared."""
    ran = run_project(
        """
        import pytest
        from actionruns import PermissionDenied

        def test_fault(actionruns_emulator, actionruns_port_client):
            actionruns_emulator.fail_next("GET", "/port/v1/actions/runs", status=403, times=2)
            with pytest.raises(PermissionDenied):
                actionruns_port_client.action_runs.get_action_runs()
            actionruns_emulator.clear_faults()
            actionruns_port_client.action_runs.get_action_runs()
        """
    )
    ran.assert_outcomes(passed=1)


def test_runs_are_driven(run_project: Run) -> None:
    """A test moves the runs of each service itself, without await."""
    ran = run_project(
        """
        import pytest

        pytestmark = pytest.mark.actionruns(auto_progress=False)

        def test_port(actionruns_emulator, actionruns_port_client):
            run_id = actionruns_emulator.add_run("deploy_to_production")
            actionruns_emulator.approve(run_id)
            actionruns_emulator.expire_tokens()
            actionruns_emulator.finish(run_id, "FAILURE")
            assert actionruns_port_client.wait(run_id).state == "failed"
            assert actionruns_emulator.ended(run_id)["status"] == "FAILURE"

        def test_forgeportal(actionruns_emulator, actionruns_forgeportal_client):
            forgeportal = actionruns_emulator.forgeportal
            run_id = forgeportal.add_run("deploy_service")
            forgeportal.start(run_id)
            forgeportal.finish(run_id)
            assert actionruns_forgeportal_client.wait(run_id).state == "succeeded"

        def test_acp(actionruns_emulator, actionruns_acp_v02_client):
            run_id = actionruns_emulator.acp_v02.add_run("thinker")
            actionruns_emulator.acp_v02.succeed(run_id, {"done": True})
            assert actionruns_acp_v02_client.wait(run_id).state == "succeeded"
        """
    )
    ran.assert_outcomes(passed=3)


def test_settings_of_a_project_and_of_a_test(run_project: Run) -> None:
    """A fixture sets them for a project, marks for a module and a test; the nearest one wins."""
    ran = run_project(
        """
        import pytest

        pytestmark = pytest.mark.actionruns(seed=2, speed=3)

        def settings_of(emulator):
            settings = emulator.settings
            return settings.page_size, settings.seed, settings.speed

        def test_module(actionruns_emulator):
            assert settings_of(actionruns_emulator) == (7, 2, 3)

        @pytest.mark.actionruns(speed=4)
        def test_one(actionruns_emulator):
            assert settings_of(actionruns_emulator) == (7, 2, 4)
        """,
        conftest=f"""{CONFTEST}
@pytest.fixture
def actionruns_settings():
    return {{"page_size": 7, "seed": 1}}
""",
    )
    ran.assert_outcomes(passed=2)


def test_runs_are_fast_by_default(run_project: Run) -> None:
    """Without a setting, a run is over before a test has to think about it."""
    ran = run_project(
        """
        def test_speed(actionruns_emulator):
            run = actionruns_emulator.ended(actionruns_emulator.add_run())
            assert run["endedAt"]
        """
    )
    ran.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("sped=20", "*@pytest.mark.actionruns: *unexpected keyword argument 'sped'*"),
        ("speed=0", "*@pytest.mark.actionruns: speed must be more than 0, not 0"),
        ("20", "@pytest.mark.actionruns takes keywords: (speed=20)"),
    ],
)
def test_a_wrong_setting_is_told(run_project: Run, settings: str, message: str) -> None:
    """A setting that isn't one is an error of the test in one line, without a traceback."""
    ran = run_project(
        f"""
        import pytest

        @pytest.mark.actionruns({settings})
        def test_wrong(actionruns_emulator):
            ...
        """
    )
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines([message])
    ran.stdout.no_fnmatch_line("*Traceback*")
    ran.stdout.no_fnmatch_line("*fixtures.py*")


def test_nothing_is_left_running(run_project: Run) -> None:
    """After a test its emulator listens no more and its clients are closed, also if it failed."""
    ran = run_project(
        """
        import socket
        import pytest
        from actionruns import ClientClosed

        left = {}

        @pytest.mark.anyio
        async def test_first(
            actionruns_emulator, actionruns_async_port_client, actionruns_port_client
        ):
            left["port"] = int(actionruns_emulator.url.rpartition(":")[2])
            left["clients"] = actionruns_async_port_client, actionruns_port_client
            await actionruns_async_port_client.action_runs.get_action_runs()
            actionruns_port_client.action_runs.get_action_runs()
            raise ValueError("as tests do")

        def test_second():
            assert all(client.closed for client in left["clients"])
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", left["port"]))
        """
    )
    ran.assert_outcomes(failed=1, passed=1)
    assert ran.stderr.str() == ""


def test_nothing_happens_without_a_fixture(run_project: Run) -> None:
    """A project that has the plugin and uses none of it starts no thread and no emulator."""
    ran = run_project(
        """
        import threading

        def test_nothing():
            assert [thread.name for thread in threading.enumerate()] == ["MainThread"]
        """
    )
    ran.assert_outcomes(passed=1)


def test_it_is_there_only_for_who_asks(run_project: Run) -> None:
    """A project that doesn't name the plugin doesn't import the package, nor has its fixtures."""
    ran = run_project(
        """
        import sys

        def test_not_imported():
            assert "actionruns" not in sys.modules

        def test_no_fixture(actionruns_emulator):
            ...
        """,
        conftest="",
    )
    ran.assert_outcomes(passed=1, errors=1)


def test_the_extra_is_named(run_project: Run) -> None:
    """Without the emulator's extra, a test that wants an emulator says in one line what to do."""
    ran = run_project(
        "def test_emulator(actionruns_emulator): ...",
        conftest=f"import sys\nsys.modules['jsonschema'] = None\n{CONFTEST}",
    )
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*pip install 'actionruns[[]emulator]'"])
    ran.stdout.no_fnmatch_line("*fixtures.py*")


def test_pytest_is_named(pytester: pytest.Pytester, run_project: Run) -> None:
    """Without pytest, the import says what to install."""
    ran = pytester.run(
        sys.executable,
        "-c",
        "import sys; sys.modules['pytest'] = None; import actionruns.testing",
    )
    assert ran.ret == 1
    ran.stderr.fnmatch_lines(["*ConfigurationError: *pip install pytest 'actionruns[[]emulator]'"])


def test_every_fixture_is_described(run_project: Run) -> None:
    """`pytest --fixtures` has each fixture, with what it is."""
    ran = run_project("", "--fixtures")
    shown = re.findall(r"\nactionruns_\w+ .*\n +(.+)", ran.stdout.str())
    assert len(shown) == 11
    assert "no docstring available" not in shown
