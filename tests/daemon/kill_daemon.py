#!/usr/bin/env python3
"""Kills the real daemon at random points and looks at what is left.

Usage: kill_daemon.py COLLECTD PLUGINS OUR_PLUGINS KILLS

Each life is fed values and, now and then, an alarm that ends again. Whatever a
handler heard must be in the database; nothing that was heard may be heard anew,
but for the one change that was on its way when the daemon was killed. Of the values,
those of one checkpoint interval may be lost, and of the time that a checkpoint takes.
"""

import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

CHECKPOINT = 1
SLACK = 1.5  # seconds that a checkpoint may take here
HOSTS = 2  # three could have trouble together, which is one incident
METRICS = 40

collectd, plugins, our_plugins, kills = *sys.argv[1:4], int(sys.argv[4])
work = tempfile.mkdtemp(prefix="anomaly-crash.")
database = f"{work}/base/anomaly.db"
log = f"{work}/notifications.log"
chance = random.Random(7)

with open(f"{work}/anomaly.cfg", "w") as file:
    file.write('detectors = ("zscore"); warmup = "5m"; incident_delay = 0; incidents_per_week = 0;\n'
               f'checkpoint_interval = {CHECKPOINT}; rules = ();\n')
with open(f"{work}/collectd.conf", "w") as file:
    file.write(f"""
Hostname "crash"
FQDNLookup false
BaseDir "{work}/base"
PIDFile "{work}/pid"
Interval 1
WriteThreads 2
PluginDir "{plugins}"
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{log}"
  Timestamp false
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{work}/sock"
</Plugin>
PluginDir "{our_plugins}"
LoadPlugin anomaly
<Plugin anomaly>
  ConfigFile "{work}/anomaly.cfg"
</Plugin>
""")


class Feeder:
    """One connection; values of all metrics, a second apart in the data."""

    def __init__(self):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(f"{work}/sock")
        self.connection.settimeout(5)

    def put(self, at, odd):
        lines = []
        for metric in range(METRICS):
            value = 900 if metric in odd else 100 + (at * 7919 + metric) % 101 / 50
            lines.append(f'PUTVAL "host{metric % HOSTS}/test/gauge-{metric}" interval=1 '
                         f'{at}:{value}\n')
        self.say("".join(lines), METRICS)

    def say(self, words, answers):
        self.connection.sendall(words.encode())
        heard = b""
        while heard.count(b"\n") < answers:
            part = self.connection.recv(65536)
            if not part:
                raise OSError("the daemon has gone")
            heard += part


def start():
    if os.path.exists(f"{work}/sock"):
        os.unlink(f"{work}/sock")
    with open(f"{work}/out", "ab") as out:
        daemon = subprocess.Popen([collectd, "-f", "-C", f"{work}/collectd.conf"],
                                  stdout=out, stderr=out)
    for _ in range(400):
        try:
            return daemon, Feeder()
        except OSError:
            time.sleep(0.05)
    sys.exit("the daemon does not start")


def heard():
    """Host and severity of each notification so far."""
    with open(log) as file:
        return re.findall(r"Notification: severity = (\w+), host = (\w+),.*", file.read())


def counts():
    """Values that each metric has learned, one of now included."""
    global at
    feeder.put(at, set())
    at += 1
    feeder.say("FLUSH plugin=anomaly\n", 1)
    return {name: count - 1 for name, count in
            query("SELECT host || '/' || metric, sample_count FROM baselines WHERE host LIKE 'host%'")}


def query(sql):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20) as reader:
        return reader.execute(sql).fetchall()


at = int(time.time()) - 20000
lost = doubled = forgotten = worst = 0
daemon, feeder = start()
for _ in range(400):
    feeder.put(at, set())
    at += 1
for kill in range(kills):
    learned, sent = counts(), []
    end = time.time() + chance.uniform(0.3, 4.5)
    try:
        while time.time() < end:
            odd = {chance.randrange(METRICS) for _ in range(chance.randrange(3))}
            for calm in range(25):
                feeder.put(at, odd if calm < 5 else set())
                sent.append(time.time())
                at += 1
            # What is quiet ends now, and all is written.
            if chance.random() < 0.5:
                feeder.say("FLUSH plugin=anomaly\n", 1)
    except OSError:
        pass
    killed = time.time()
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    stored = dict(query("SELECT host, count(*) FROM incidents GROUP BY host"))
    begun = {}
    for severity, host in heard():
        if severity != "OKAY":
            begun[host] = begun.get(host, 0) + 1
    lost += sum(host not in stored for host in begun)
    if query("PRAGMA quick_check")[0][0] != "ok":
        sys.exit("the database is damaged")
    daemon, feeder = start()
    with open(log) as file:
        if "was damaged" in file.read():
            sys.exit("the daemon found the database damaged")
    # The value of the last count() came before those of this life.
    safe = 1 + sum(moment < killed - CHECKPOINT - SLACK for moment in sent)
    known = counts()
    for name, count in learned.items():
        forgotten += known.get(name, 0) < count + safe
        worst = max(worst, count + 1 + len(sent) - known.get(name, 0))
for _ in range(60):
    feeder.put(at, set())
    at += 1
daemon.terminate()
daemon.wait()

# The life of each incident: begun, worse at most once, over.
alarms = {}
for severity, host in heard():
    if severity == "OKAY":
        doubled += alarms.get(host, 0) == 0
        alarms[host] = 0
    else:
        alarms[host] = alarms.get(host, 0) + 1
        doubled += alarms[host] > 2
still_open = [host for host, count in alarms.items() if count]
metrics = query("SELECT count(*) FROM detector_state")[0][0]
young = query(f"SELECT count(*) FROM baselines WHERE sample_count < 300")[0][0]
print(f"# {kills} kills, {len(heard())} notifications, {lost} of them not stored, {doubled} told twice, "
      f"{len(still_open)} without an end, {metrics} of {METRICS} metrics, {young} of them young, "
      f"{forgotten} times one lost more than it may, {worst} values at most")
good = (not lost and doubled <= max(1, kills // 10) and not still_open and metrics == METRICS and not young and not forgotten
        and len(heard()) >= kills / 5)
subprocess.run(["rm", "-rf", work], check=True) if good else print(f"# kept {work}")
sys.exit(not good)
