"""Finds files of the product that import one another in a circle. `make lint` runs it: `python -m tests.import_circles`.

import-linter looks at packages beside one another and cannot tell one import inside a function from another; this looks at
files. What type checkers alone import (`if TYPE_CHECKING:`) does not count. Inside a function our own code is imported
only where LATE or OPTIONAL say so (docs/decisions/0046-no-import-circles.md).
"""

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Methods that import what they need, because models are the ground of everything else.
LATE = {"ready", "get_context", "get_preview_context", "search_documents", "search_body", "export_facts"}
# What few installations need and takes long to import: the importing module and the imported one.
OPTIONAL = {("search.engine", "search.elastic.engine")}

Statement = ast.Import | ast.ImportFrom


@dataclass(slots=True)
class Found:
    """What the files of some packages import of one another: each module's imports, and those that stand where none may."""

    modules: dict[str, Path] = field(default_factory=dict)
    imports: dict[str, set[str]] = field(default_factory=dict)
    misplaced: list[str] = field(default_factory=list)


def read(root: Path, packages: Iterable[str]) -> Found:
    found = Found()
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found.modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    for module, path in found.modules.items():
        imported = found.imports.setdefault(module, set())
        package = module if path.name == "__init__.py" else module.rpartition(".")[0]
        for node, function, is_method in _statements(ast.parse(path.read_text(encoding="utf-8")), "", False):
            for target in sorted(set(_targets(node, package, found.modules)) - {module}):
                if is_method and function in LATE:
                    continue
                imported.add(target)
                if function and (module, target) not in OPTIONAL:
                    found.misplaced.append(
                        f"{path.relative_to(root)}:{node.lineno}: {function}() imports {target}: import it at the top"
                    )
    return found


def _statements(node: ast.AST, function: str, is_method: bool) -> Iterator[tuple[Statement, str, bool]]:
    """Each import with the name of the function in which it stands, and whether that is a method of a class."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, function, is_method
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _statements(child, child.name, isinstance(node, ast.ClassDef))
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from _statements(ast.Module([other], []), function, is_method)
        else:
            yield from _statements(child, function, is_method)


def _targets(node: Statement, package: str, modules: Mapping[str, Path]) -> Iterator[str]:
    """The modules of ours that an import names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        base = resolve_name("." * node.level + (node.module or ""), package)
        names = [name if (name := f"{base}.{alias.name}") in modules else base for alias in node.names]
    yield from (name for name in names if name in modules)


def circles(imports: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Each circle as the modules in it, each of which imports the next; the last is the first again. Of circles that share an
    import only one is named."""
    left = {module: set(targets) for module, targets in imports.items()}
    found = []
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            circle = error.args[1][::-1]  # graphlib names who is imported before who imports it
            found.append(circle)
            left[circle[0]].discard(circle[1])
        else:
            return found


def problems(root: Path, packages: Iterable[str]) -> list[str]:
    """A line for each circle and for each import inside a function that may not stand there."""
    found = read(root, packages)
    lines = [
        "Files import one another in a circle: "
        + " -> ".join(str(found.modules[module].relative_to(root)) for module in circle)
        for circle in circles(found.imports)
    ]
    return [*lines, *found.misplaced]


def product() -> list[str]:
    """The packages of the product, as import-linter has them."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"]


if __name__ == "__main__":
    if lines := problems(ROOT, product()):
        sys.exit("\n".join(lines))
