"""What is read from the machine: CPU time of processes and of everything, memory, free ports, file limits."""
import os
import resource
import socket
import time

TICK = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count()


def own_cpu(pid):
    """Seconds of CPU time that a process has used in all its threads, to the nanosecond: clock_getcpuclockid(3)."""
    return time.clock_gettime((~pid << 3) | 2)


def reaped_cpu(pid):
    """Seconds of CPU time of the children that a process has waited for. Exact, but told in hundredths of a second."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICK


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


def busy_cpu():
    """Seconds of CPU time that all processes of this machine have used, the kernel's work for them included."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _iowait, irq, softirq = map(int, file.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / TICK


def is_quiet(most, span=0.2):
    """Whether no more than `most` cores are busy with anything, for so many seconds."""
    begin = busy_cpu()
    time.sleep(span)
    return busy_cpu() - begin <= most * span


def wait_until_quiet(most, patience):
    end = time.monotonic() + patience
    while not is_quiet(most) and time.monotonic() < end:
        pass


def memory(pid):
    """PSS and RSS in KiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line and line[0] in "PR")
    return tuple(int(fields[name].split()[0]) for name in ("Pss", "Rss"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def allow_files(wanted):
    """Raises this process's limit of open files, which what it starts inherits. Says how many it got."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limits in ((max(wanted, soft), max(wanted, hard)), (min(wanted, hard), hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            return limits[0]
        except (OSError, ValueError):  # More than the hard limit takes root.
            continue
    return soft
