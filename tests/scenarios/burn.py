"""Makes the machine wait: COUNT processes that count, for SECONDS; they yield to whoever else wants a processor."""

import os
import sys
import time


def main(count: int, seconds: float) -> None:
    # Runnable all the time, so the load shows them; of the idle class, so that other work hardly does.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    end = time.monotonic() + seconds
    children: list[int] = []
    for _ in range(count - 1):
        child = os.fork()
        if child == 0:
            children = []
            break
        children.append(child)
    while time.monotonic() < end:
        pass
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
