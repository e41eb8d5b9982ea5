"""Values per second of `anomalyctl train`: train.py BUILD-FOLDER [DAYS]

CPU time of the program and of the rrdtool that it runs, the write into the
database included, for a CSV file of 56 generated metrics at a minute and for
RRD files of 10-second steps with one value each.
"""
import os
import resource
import shutil
import subprocess
import sys
import tempfile

KINDS = ("cpu", "memory", "bursty", "temperature", "humidity", "pressure", "rpm")
FILES, ROWS, STEP, START = 50, 60480, 10, 1700000000


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def train(anomalyctl, folder, name, source, values):
    before = cpu_seconds()
    database = os.path.join(folder, name + ".db")
    subprocess.run([anomalyctl, "train", "--since", "2023-11-01", "--database", database, source],
                   check=True, stdout=subprocess.DEVNULL)
    seconds = cpu_seconds() - before
    size = os.path.getsize(database)
    print(f"{name:12}{values:12}{seconds:10.2f}{values / seconds / 1e6:14.2f}{size:14}", flush=True)


def make_csv(anomalyctl, path, days):
    kinds = [word for kind in KINDS * 8 for word in ("--kind", kind)]
    with open(path, "w", encoding="ascii") as file:
        subprocess.run([anomalyctl, "generate", *kinds, "--fault", "none", "--length",
                        f"{days}d"], check=True, stdout=file)
    return len(KINDS) * 8 * days * 1440


def make_rrds(folder):
    plugin = os.path.join(folder, "host", "bench")
    os.makedirs(plugin)
    first = os.path.join(plugin, "gauge-0.rrd")
    subprocess.run(["rrdtool", "create", first, "--start", str(START), "--step", str(STEP),
                    f"DS:value:GAUGE:{2 * STEP}:U:U", f"RRA:AVERAGE:0.5:1:{ROWS}"], check=True)
    for begin in range(1, ROWS + 1, 2000):
        rows = [f"{START + STEP * row}:{100 + row * 7919 % 101 / 50}"
                for row in range(begin, min(begin + 2000, ROWS + 1))]
        subprocess.run(["rrdtool", "update", first, *rows], check=True)
    for file in range(1, FILES):
        shutil.copy(first, os.path.join(plugin, f"gauge-{file}.rrd"))
    return FILES * ROWS


def main():
    anomalyctl = os.path.join(sys.argv[1], "anomalyctl")
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    print(f"{'source':12}{'values':>12}{'CPU s':>10}{'million / s':>14}{'bytes':>14}")
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "past.csv")
        train(anomalyctl, folder, "CSV", source, make_csv(anomalyctl, source, days))
        if shutil.which("rrdtool") is None:
            print("RRD          skipped: rrdtool is not there")
            return
        source = os.path.join(folder, "rrd")
        train(anomalyctl, folder, "RRD", source, make_rrds(source))


main()
