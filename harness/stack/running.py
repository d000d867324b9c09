"""A running stack: its addresses, and for one that was booted here, its containers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from harness.errors import HarnessError
from harness.stack import diagnosis, faults, leftovers
from harness.stack.docker_cli import docker, run
from harness.stack.plan import Plan
from harness.stack.usage import epoch, healthy_at
from harness.stack.wait import listens, probe, wait_until, wait_until_answers
from harness.wire.address import without_password

if TYPE_CHECKING:
    from harness.stack.compose import Completed, ProjectCompose

STARTUP_TIMEOUT_S = 300.0
"""For services to be well, once their images are there. It only ends a hang: a busy machine takes
a minute, and where a service ends again and again nothing waits."""
PAUSE_TIMEOUT_S = 60.0
"""For the engine to pause a service. It only ends a hang."""


class Stack:
    """A running stack, wherever it runs: addresses by the names of its services.

    Args:
        addresses: service -> address, with or without a slash at the end.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = {name: address.rstrip("/") for name, address in addresses.items()}

    def url(self, service: str, port: int | None = None) -> str:  # noqa: ARG002  # it was given one
        """Where ``service`` answers, without a slash at the end.

        Args:
            service: its name in the compose file.
            port: in its container, for one that publishes several.

        Raises:
            HarnessError: its address is not known.
        """
        try:
            return self._addresses[service]
        except KeyError:
            known = ", ".join(self._addresses) or "none"
            raise HarnessError(
                f"this test needs the address of {service}, and what is given is that of {known}. "
                f"Fix: give --url {service}=URL as well."
            ) from None

    def __str__(self) -> str:
        shown = {name: without_password(address) for name, address in self._addresses.items()}
        return ", ".join(f"{name} {address}" for name, address in shown.items())


class ComposeStack(Stack):
    """A stack of containers on this machine. Services have their names in the compose file."""

    def __init__(self, plan: Plan) -> None:
        published = [name for name in sorted(plan.source.services) if plan.ports(name)]
        super().__init__({name: plan.address(name) for name in published})
        self.plan = plan

    def url(self, service: str, port: int | None = None) -> str:
        return self.plan.address(service, port)

    @cached_property
    def compose(self) -> ProjectCompose:
        """testcontainers' ``DockerCompose`` of this stack."""
        from harness.stack.compose import ProjectCompose

        plan = self.plan
        files = [*plan.files, plan.override]
        return ProjectCompose(plan.name, plan.layout.root, files, plan.source.variables)

    @property
    def planned_services(self) -> list[str]:
        """All services of the compose file, also those whose container is gone."""
        return sorted(self.plan.source.services)

    @property
    def services(self) -> list[str]:
        return sorted(self._containers())

    def inspect(self, service: str) -> dict[str, Any]:
        """``docker inspect`` of the service's container."""
        try:
            return self._containers()[service]
        except KeyError:
            raise HarnessError(f"{self.plan.name} has no container of {service}") from None

    def logs(self, service: str, *options: str) -> str:
        """What the service printed; ``options`` are those of ``docker logs``."""
        return diagnosis.log_of(self.inspect(service)["Id"], *options)

    def exec(self, service: str, *command: str) -> Completed:
        """Runs ``command`` inside the service's container, whatever its exit code is."""
        # Not by compose, which may take a sidecar (`docker compose run`) instead.
        return run(["docker", "exec", self.inspect(service)["Id"], *command], check=False)

    def stop(self, service: str) -> None:
        self.compose.ask("stop", service)

    def start(self, service: str) -> None:
        """Starts a service that was stopped and waits until it is well.

        Only this one: compose would first start what it depends on.
        """
        docker("start", self.inspect(service)["Id"])
        self.wait_until_well(service)

    def restart(self, service: str) -> None:
        self.stop(service)
        self.start(service)

    def remove(self, service: str) -> None:
        """Removes a service's container and all that is not in a named volume, as `down` does."""
        self.compose.ask("rm", "--stop", "--force", "--volumes", service)

    def create(self, *services: str) -> None:
        """Starts ``services`` in new containers and waits until they are well.

        Only these: compose would first start what they depend on.
        """
        self._create(services)
        self.wait_until_well(*services)

    def pause(self, *services: str) -> None:
        """Freezes ``services``, or else all: ports still accept connections, nothing answers."""
        left = list(services) or self.services

        def refused() -> str | None:
            nonlocal left
            said = self.compose.ask("pause", *left, check=False).stderr.strip()
            left = [name for name in left if not self.inspect(name)["State"]["Paused"]]
            return said or ", ".join(left) if left else None

        # On a busy machine the kernel gives up when processes do not freeze soon enough.
        wait_until(
            refused,
            what=f"the engine pauses {', '.join(left)}",
            seconds=PAUSE_TIMEOUT_S,
            hint="docker pause tries the same",
        )

    def unpause(self, *services: str) -> None:
        self.compose.ask("unpause", *services)

    def crash(self, service: str) -> None:
        """Kills the service's main process, so that its restart policy works."""
        labels = leftovers.labels(self.plan.name, self.plan.owner)
        faults.crash(service, self.inspect(service), labels)

    def wait_until_restarted(self, service: str, seconds: float = STARTUP_TIMEOUT_S) -> float:
        """Waits until the engine has started a service again after :meth:`crash` and it is well.

        Returns:
            The seconds that nobody could use it, by the engine's clock.
        """
        self.wait_until_well(service, seconds=seconds)
        container = self.inspect(service)
        if not container["RestartCount"]:
            raise HarnessError(f"{service} runs, and it was not the engine that started it again")
        healthy = healthy_at(container) or epoch(container["State"]["StartedAt"])
        return healthy - epoch(container["State"]["FinishedAt"])

    def cut_off(self, service: str) -> None:
        """Takes a service off the network: it keeps running, but no connection gets in or out."""
        faults.cut_off(service, self.inspect(service))

    def reconnect(self, service: str) -> None:
        """Undoes :meth:`cut_off`: the service is found again, by name and by its port."""
        faults.reconnect(service, self.inspect(service), self.compose.config())

    def heal(self) -> None:
        """Undoes what a test did to the services: all are there, run and answer.

        Until its next probe, the engine may call a service unhealthy that answers.
        """
        there = self._containers()
        if missing := [name for name in self.planned_services if name not in there]:
            self._create(missing)
            there = self._containers()
        began_anew = [name for name in missing if name in there]
        for service, container in there.items():
            if container["State"]["Paused"]:
                self.unpause(service)
            if faults.is_cut_off(service, container):
                self.reconnect(service)
            ails = diagnosis.what_ails(container) or not container["State"]["Running"]
            if ails and service not in missing and self._is_silent(service):
                docker("restart", container["Id"])
                began_anew.append(service)
        if began_anew:
            self.wait_until_well(*began_anew)
        self._wait_until_they_answer(self.services, STARTUP_TIMEOUT_S)

    def _create(self, services: Iterable[str]) -> None:
        self.compose.ask("up", "--detach", "--no-build", "--no-deps", *services)

    def wait_until_well(self, *services: str, seconds: float = STARTUP_TIMEOUT_S) -> float:
        """Waits until ``services``, or else all, are healthy and answer through their ports.

        Returns:
            The seconds until the engine called them healthy.

        Raises:
            NotInTimeError: with the cause and the last log lines of each service that is not well;
                at once where one has ended, so that waiting does not help.
        """
        names = services or self.services
        restarts: dict[str, int] = {}
        plan = self.plan
        took = wait_until(
            lambda: self._trouble(names, restarts),
            what=f"{plan.name}: {', '.join(names)} healthy",
            address=", ".join(plan.address(name) for name in names if plan.ports(name)),
            seconds=seconds,
            hint=f"docker compose -p {plan.name} ps",
            evidence=lambda: diagnosis.diagnose(plan.name).evidence,
            pause=0.5,  # the engine's client takes a twentieth of a second of a processor
        )
        self._wait_until_they_answer(names, seconds)
        return took

    def _wait_until_they_answer(self, services: Iterable[str], seconds: float) -> None:
        for name in services:
            for address, problem in self._questions(name).items():
                wait_until_answers(name, address, problem, partial(self.inspect, name), seconds)

    def _questions(self, service: str) -> dict[str, Callable[[], str | None]]:
        """Address -> why the service does not answer there."""
        if path := self.plan.layout.probes.get(service):
            address = self.plan.address(service) + path
            return {address: probe(address)}
        addresses = [self.plan.address(service, port.target) for port in self.plan.ports(service)]
        return {address: listens(address) for address in addresses}

    def _is_silent(self, service: str) -> bool:
        problems = [problem() for problem in self._questions(service).values()]
        return not problems or any(problems)

    def _trouble(self, services: Iterable[str], restarts: dict[str, int]) -> str | None:
        there, ailing = self._containers(), []
        for name in services:
            container = there.get(name)
            if container is None:
                ailing.append(f"{name} has no container")
            elif what := diagnosis.what_ails(container):
                diagnosis.give_up(container, restarts.setdefault(name, container["RestartCount"]))
                ailing.append(f"{name} {what}")
        return "; ".join(ailing) or None

    def _containers(self) -> dict[str, dict[str, Any]]:
        found = diagnosis.containers(self.plan.name)
        return {diagnosis.service_of(container): container for container in found}
