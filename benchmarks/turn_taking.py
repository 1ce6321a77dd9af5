"""Programs that take turns, so that all meet the same state of the machine: what the side-by-side scripts share."""

import os
import statistics
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Program:
    """A process that says "ready", and then answers each line by one."""

    def __init__(self, command, threads, **environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env=dict(os.environ, OMP_NUM_THREADS=str(threads), **environment))
        assert self.process.stdout.readline().strip() == "ready", f"{command[-4:]} did not start"

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def number(self, line):
        """What is answered by milliseconds, mostly."""
        return float(self.ask(line))

    def end(self):
        self.process.kill()


def java(main, arguments, threads, options=(), **environment):
    """One of the benchmarks' main classes; BENCHMARK_CLASSPATH replaces what Maven built."""
    target = os.path.join(HERE, "target")
    classpath = os.environ.get("BENCHMARK_CLASSPATH")
    if not classpath:
        with open(os.path.join(target, "classpath"), encoding="utf-8") as file:
            classpath = os.path.join(target, "vitrail-benchmarks.jar") + os.pathsep + file.read().strip()
    command = ["java", *options, "-XX:+UseSerialGC", "-DOPT_OUT_TRACKING=true", "-cp", classpath, f"io.vitrail.benchmarks.{main}"]
    return Program(command + [str(argument) for argument in arguments], threads, **environment)


def timed(run):
    """Milliseconds of a call."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1e3


def turns(programs, warm_up, rounds):
    """Times of each program, which are what it returns, round by round."""
    times = {name: [] for name in programs}
    for i in range(-warm_up, rounds):
        for name, run in programs.items():
            time.sleep(0.2)  # threads of the one before spin for a while
            taken = run()
            if i >= 0:
                times[name].append(taken)
    return times


def summaries(times, base):
    """By program: its name, median, least and most, and how many times as fast as the base it is, as the median of the rounds."""
    for name, taken in times.items():
        ratio = statistics.median(b / t for b, t in zip(times[base], taken))
        yield name, statistics.median(taken), min(taken), max(taken), ratio
