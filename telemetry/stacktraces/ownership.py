"""Whose code a frame is: the sender's own, or its language's and libraries'. By path and package alone."""

from telemetry.stacktraces.frames import Frame

_FOREIGN_PARTS = (
    "/site-packages/", "/dist-packages/", "/lib/python", "/lib64/python", "/node_modules/", "/go/pkg/mod/",
    "/usr/local/go/src/", "/usr/lib/go", "/vendor/", "/.cargo/", "/gems/", "/internal/modules/", "/.venv/", "/venv/",
)  # fmt: skip
_FOREIGN_STARTS = (
    "node:", "internal/", "node_modules/", "<frozen ", "<anonymous>", "native", "[native code]", "webpack/",
    "webpack-internal:///(rsc)/./node_modules", "chrome-extension:", "moz-extension:", "safari-extension:",
    "safari-web-extension:", "chrome:", "resource:", "extensions::", "importlib/", "vendor/",
)  # fmt: skip
_FOREIGN_PACKAGES = (
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.", "groovy.", "clojure.",
    "org.springframework.", "org.apache.", "org.hibernate.", "org.eclipse.", "org.junit.", "org.slf4j.", "io.netty.",
    "io.grpc.", "io.opentelemetry.", "io.micrometer.", "reactor.", "com.google.", "com.fasterxml.", "okhttp3.",
)  # fmt: skip


def is_own_path(path: str) -> bool:
    """Does a file belong to the sender's own code? A file without a name does not."""
    if not path:
        return False
    slashed = path.replace("\\", "/")
    return not slashed.startswith(_FOREIGN_STARTS) and not any(part in slashed for part in _FOREIGN_PARTS)


def is_own_class(name: str) -> bool:
    """Does a Java class, with its package, belong to the sender's own code?"""
    return bool(name) and not name.startswith(_FOREIGN_PACKAGES)


def own_frames(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The frames of the sender's own code, in their order."""
    return tuple(frame for frame in frames if frame.in_app)
