"""An ordinary torch module that plays one population, as unshared ones of all populations, computed in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from forge.blade.config.config import Config
from forge.ethyr.kernels.layout import NEVER, SEEN, Chosen, layout_of
from forge.ethyr.learning.settings import Learning
from forge.ethyr.modules.cells import batched
from forge.ethyr.modules.interface import Inputs, Interface, Senses
from forge.ethyr.networks.choices import ABSENT, of_option, ruled
from forge.ethyr.networks.network import Choices, Network, take
from forge.ethyr.networks.samples import Samples
from forge.ethyr.networks.timeline import Timeline
from forge.ethyr.networks.views import View
from forge.support.checks import ConfigError

_TRIED = 2  # rows of a trial
_CLOSE = 1e-3  # of what a module says alone and among others: sums in another order


class Said(NamedTuple):
    """What a module returns, of m agents."""

    logits: Mapping[str, Tensor]  # float32 [m, options] by the name of the choice; of targets also [m, styles, K]
    value: Tensor  # float32 [m]: expected return, in scaled rewards
    memory: Tensor | None = None  # float32 [m, memory], of a module with one


class Stacked(Network):
    """One module for each population, of the same class: their parameters lie one behind another, [P, ...].

    The class is any `torch.nn.Module` that is made by `Class(interface, learning)` and called as `module(inputs)`, or
    with an attribute `memory` above 0 as `module(inputs, memory)`; see `Inputs` and `Said`, which may be a plain tuple.
    Moves, targets and options that are not valid are ruled out afterwards.

    Args:
        name: of the class, for errors.
        kind: the class.
        config: of the worlds it plays.
        learning: which the class is given, too.
        generator: names the streams that the first weights are drawn from, one for each population.

    Raises:
        ConfigError: if the class cannot be made or called so, or says something else.
    """

    def __init__(
        self, name: str, kind: type[nn.Module], config: Config, learning: Learning, generator: torch.Generator
    ) -> None:
        super().__init__()
        interface = Interface.of(config)
        seeds = torch.randint(2**62, (config.populations,), generator=generator).tolist()
        self.senses, self.more = Senses(config), layout_of(config).choices
        modules = [_made(name, kind, interface, learning, seed) for seed in seeds]
        self.memory = _memory_of(name, modules[0])
        alone = [_tried(name, module, interface, self.memory) for module in modules]
        self.net = batched(stacked(name, modules))
        self._compare(name, alone, interface)

    def forward(self, samples: Samples, memory: Tensor | None = None) -> Choices:
        """Judges samples; see `Network`."""
        inputs, view = self.senses(samples)
        return self._choices(self._judge(inputs, memory, _filled(samples)), view)

    def unroll(self, samples: Samples, memory: Tensor, timeline: Timeline) -> Choices:
        """Judges a segment tick by tick; see `Network`."""
        inputs, view = self.senses(samples)
        filled, ticks, carried = _filled(samples), list[Said](), memory
        nothing = memory.new_zeros(len(memory), 1, self.memory)
        for rows, before in zip(*(part.split(timeline.sizes, 1) for part in timeline[1:4:2]), strict=True):
            now = _mapped(lambda part, rows=rows: _rows(part, rows), inputs)
            carried = take(torch.cat([nothing, carried], 1), before) if ticks else memory
            said = self._judge(now, carried, filled)
            assert said.memory is not None
            carried = said.memory
            ticks.append(said)
        places = timeline.places
        logits = {name: _rows(torch.cat([said.logits[name] for said in ticks], 1), places) for name in ticks[0].logits}
        return self._choices(Said(logits, _rows(torch.cat([said.value for said in ticks], 1), places)), view)

    def _judge(self, inputs: Inputs, memory: Tensor | None, filled: Tensor | None) -> Said:
        """What the modules say: of P populations and m rows each. Only those that have samples are computed."""
        given: tuple[Any, ...] = (inputs,) if memory is None else (inputs, memory)
        parts: tuple[Any, ...] = (dict(self.net.named_parameters()), dict(self.net.named_buffers()), *given)
        if filled is None:
            return _said(vmap(self._alone)(*parts))
        told = _said(vmap(self._alone)(*_mapped(lambda part: part[filled], parts)))
        populations = len(inputs.me)
        return _said(_mapped(lambda part: _spread(part, filled, populations), tuple(told)))

    def _choices(self, said: Said, view: View) -> Choices:
        """The choices from logits [P, m, ...], of what is valid."""

        def target(styles: Tensor) -> Tensor:
            logits = said.logits["target"]
            valid, logits = (_of_option(part, styles) for part in (view.targets, logits))
            return torch.where(valid, logits, NEVER).log_softmax(-1)

        return Choices(
            move=torch.where(view.moves, said.logits["move"], NEVER).log_softmax(-1),
            style=said.logits["style"].log_softmax(-1),
            value=said.value,
            target=target if "target" in said.logits else None,
            memory=said.memory,
            more={choice.name: _odds(said.logits[choice.name], choice, view) for choice in self.more},
        )

    def _alone(self, parameters: dict[str, Tensor], buffers: dict[str, Tensor], *given: Any) -> Any:
        return tuple(part for part in functional_call(self.net, (parameters, buffers), given) if part is not None)

    @torch.no_grad()
    def _compare(self, name: str, alone: Sequence[Said], interface: Interface) -> None:
        """Refuses modules that say something else among others than alone."""
        populations = len(alone)
        inputs = _mapped(lambda part: part.expand(populations, *part.shape), interface.examples(_TRIED))
        memory = torch.zeros(populations, _TRIED, self.memory) if self.memory else None
        try:
            said = self._judge(inputs, memory, None)
        except Exception as error:
            raise ConfigError(
                f"{name} runs alone, but not as one module for each population by torch.vmap: {_told(error)}"
            ) from error
        for population, wanted in enumerate(alone):
            for what, one in _parts(wanted):
                found = dict(_parts(said))[what][population]
                if not torch.allclose(found, one, rtol=_CLOSE, atol=_CLOSE):
                    raise ConfigError(
                        f"{name} says another {what} among the modules of all populations than alone: what differs "
                        "from one to another must be in its parameters, or in buffers that it registers"
                    )


def stacked(name: str, modules: Sequence[nn.Module]) -> nn.Module:
    """A module like each of some, in which every parameter and buffer has theirs one behind another: [P, ...].

    It is no module to call, but what `torch.func.functional_call` is given slices of.

    Raises:
        ConfigError: if they are not alike, or have no parameters of float32 alone.
    """
    try:
        parameters, buffers = stack_module_state(list(modules))
    except Exception as error:
        raise ConfigError(f"{name} must be made alike for every population: {_told(error)}") from error
    if not parameters or any(parameter.dtype != torch.float32 for parameter in parameters.values()):
        raise ConfigError(f"{name} must have parameters, all of them float32")
    whole, made = modules[0], dict[int, nn.Parameter]()
    for path, parameter in list(whole.named_parameters(remove_duplicate=False)):
        if id(parameter) not in made:
            together = parameters[path].detach()
            made[id(parameter)] = nn.Parameter(together, requires_grad=parameter.requires_grad)
        owner, leaf = _owner(whole, path)
        owner._parameters[leaf] = made[id(parameter)]
    for path, buffer in buffers.items():
        owner, leaf = _owner(whole, path)
        owner._buffers[leaf] = buffer
    return whole


def _owner(module: nn.Module, path: str) -> tuple[nn.Module, str]:
    parent, _, leaf = path.rpartition(".")
    return module.get_submodule(parent), leaf


def _made(name: str, kind: type[nn.Module], interface: Interface, learning: Learning, seed: int) -> nn.Module:
    """A module for one population; the streams of torch are afterwards as they were."""
    with torch.random.fork_rng([]):
        torch.default_generator.manual_seed(seed)  # of the CPU alone, where modules are made
        try:
            return kind(interface, learning)
        except Exception as error:
            raise ConfigError(
                f"{name} cannot be made by {kind.__name__}(interface, learning): {_told(error)}"
            ) from error


def _memory_of(name: str, module: nn.Module) -> int:
    memory = getattr(module, "memory", 0)
    if type(memory) is not int or memory < 0:
        raise ConfigError(f"{name} has memory = {memory!r}; it must be how many numbers an agent carries, 0 for none")
    return memory


@torch.no_grad()
def _tried(name: str, module: nn.Module, interface: Interface, memory: int) -> Said:
    """What a module says alone of made-up agents.

    Raises:
        ConfigError: naming what it returned and what it must return.
    """
    given: tuple[Any, ...] = (interface.examples(_TRIED), *([torch.zeros(_TRIED, memory)] if memory else []))
    with torch.random.fork_rng([]):
        try:
            returned = module(*given)
        except Exception as error:
            called = "inputs, memory" if memory else "inputs"
            raise ConfigError(f"{name} fails when it is called with {called}: {_told(error)}") from error
    if not isinstance(returned, tuple) or len(returned) not in ((3,) if memory else (2, 3)):
        wanted = "logits, value, memory" if memory else "logits, value"
        raise ConfigError(f"{name} returned {type(returned).__name__}; it must return a tuple of {wanted}")
    said = _said(returned)
    if not isinstance(said.logits, Mapping) or sorted(said.logits) != sorted(interface.choices):
        given_names = (
            ", ".join(map(str, said.logits)) if isinstance(said.logits, Mapping) else type(said.logits).__name__
        )
        raise ConfigError(f"{name} returned logits of {given_names}; they must be of {', '.join(interface.choices)}")
    for choice, options in interface.choices.items():
        shapes: list[tuple[int, ...]] = [(_TRIED, options)]
        if choice in interface.given:
            shapes.append((_TRIED, interface.choices[interface.given[choice]], options))
        _check(name, f"logits of {choice}", said.logits[choice], *shapes)
    _check(name, "value", said.value, (_TRIED,))
    if memory:
        _check(name, "memory", said.memory, (_TRIED, memory))
    elif said.memory is not None:
        raise ConfigError(f"{name} returned a memory, but its attribute memory is 0")
    return said


def _check(name: str, part: str, given: Any, *shapes: tuple[int, ...]) -> None:
    wanted = " or ".join(str(["m", *shape[1:]]).replace("'", "") for shape in shapes)
    if not isinstance(given, Tensor) or given.dtype != torch.float32 or given.shape not in shapes:
        found = (
            f"{given.dtype} {list(given.shape)}".removeprefix("torch.") if isinstance(given, Tensor) else repr(given)
        )
        raise ConfigError(f"{name} returned as {part} {found}; of m = {_TRIED} agents it must be float32 {wanted}")
    if not given.isfinite().all():
        raise ConfigError(f"{name} returned as {part} numbers that are not finite")


def _said(returned: Any) -> Said:
    return Said(*returned)


def _parts(said: Said) -> list[tuple[str, Tensor]]:
    memory = [] if said.memory is None else [("memory", said.memory)]
    return [*((f"logits of {name}", one) for name, one in said.logits.items()), ("value", said.value), *memory]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300]


def _filled(samples: Samples) -> Tensor | None:
    """The populations that have samples; None if all do."""
    count = torch.as_tensor(samples.count)
    return None if bool((count > 0).all()) else count.nonzero().squeeze(-1)


def _odds(logits: Tensor, choice: Chosen, view: View) -> Tensor | Callable[[Mapping[int, Tensor]], Tensor]:
    """What `Choices.more` has of a choice from outside: of what is there and valid."""
    if not choice.after:
        return _valid(logits, choice, view)

    def odds(taken: Mapping[int, Tensor]) -> Tensor:
        given = taken[choice.after[0][0]].to(logits.device)
        return ruled(_of_option(logits, given), of_option(view.valid.get(choice.name), given)).log_softmax(-1)

    return odds


def _valid(logits: Tensor, choice: Chosen, view: View) -> Tensor:
    """Log-probabilities of the options of a choice from outside, [P, m, options], of what is there and valid."""
    if choice.of:
        rows = view.seen[:, :, 1:] if choice.of == SEEN else view.sets[choice.of][1]
        logits = torch.cat([logits[..., :1], torch.where(rows, logits[..., 1:], ABSENT)], -1)
    return ruled(logits, view.valid.get(choice.name)).log_softmax(-1)


def _of_option(part: Tensor, option: Tensor) -> Tensor:
    """What [P, m, k, n] holds of the options [P, m] of another choice; what is [P, m, n] is of every option."""
    if part.ndim == option.ndim + 1:
        return part
    found = of_option(part, option)
    assert found is not None
    return found


def _rows(part: Tensor, rows: Tensor) -> Tensor:
    """part[p, rows[p]] of [P, ., ...] and int64 [P, n]."""
    return part[torch.arange(len(rows), device=rows.device).unsqueeze(-1), rows]


def _spread(part: Tensor, places: Tensor, populations: int) -> Tensor:
    """What is known of some populations among zeros for the others."""
    return part.new_zeros(populations, *part.shape[1:]).index_copy(0, places, part)


def _mapped(change: Any, tree: Any) -> Any:
    """A tree of tuples and dicts with each tensor changed."""
    return torch.utils._pytree.tree_map_only(Tensor, change, tree)
