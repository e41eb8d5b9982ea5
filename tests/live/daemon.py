"""The real collectd as a child of this program, with everything it writes in a
folder of its own, and what its notification handlers receive."""

import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STAGE = os.path.join(TOP, "build", "stage")
READERS = "cpu memory load df disk interface processes swap vmem uptime".split()

CONFIGURATION = """\
Hostname "{host}"
FQDNLookup false
Interval {interval}
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"

LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{log}"
  Timestamp true
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{socket}"
  SocketGroup "{group}"
  DeleteSocket true
</Plugin>
LoadPlugin exec
<Plugin exec>
  NotificationExec "{user}" "/bin/sh" "-c" "exec cat >'{pipe}'"
</Plugin>
{readers}
{more}
"""

ANOMALY = """\
PluginDir "{plugins}"
LoadPlugin anomaly
<Plugin anomaly>
  ConfigFile "{rules}"
</Plugin>
"""


class Failure(Exception):
    """What went wrong, in words for the user."""


class Notification:
    """What a NotificationExec program reads: fields, metadata, one line of text."""

    def __init__(self, fields, message):
        self.fields = fields
        self.message = message

    def __getitem__(self, name):
        return self.fields.get(name, "")

    def number(self, name):
        try:
            return float(self.fields.get(name, "nan"))
        except ValueError:
            return float("nan")

    @property
    def severity(self):
        return self["Severity"]

    @property
    def is_anomaly(self):
        return "IncidentId" in self.fields

    @property
    def plugins(self):
        """Of all metrics that it names, without their instances."""
        members = self["MemberMetrics"].split(" ")
        return {member.split("/")[1].split("-")[0] for member in members if "/" in member}

    @property
    def metric(self):
        """What its numbers are of, without the host, such as cpu-0/cpu-user."""
        return self["Metric"].partition("/")[2]


class NotificationReader:
    """Puts notifications together from the bytes of the pipe, which may come in
    any pieces: fields up to an empty line, then one line of text."""

    def __init__(self):
        self.rest = b""
        self.fields = {}
        self.in_text = False

    def feed(self, received):
        lines = (self.rest + received).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            notification = self._line(line.decode("utf-8", "replace"))
            if notification is not None:
                yield notification

    def _line(self, line):
        if self.in_text:
            notification = Notification(self.fields, line)
            self.fields, self.in_text = {}, False
            return notification
        if line == "":
            self.in_text = bool(self.fields)
        elif ": " in line:
            name, value = line.split(": ", 1)
            self.fields[name] = value
        return None


def set_option(text, name, value):
    text, found = re.subn(r"(?m)^#? *%s *=.*$" % name, "%s = %s;" % (name, value), text, count=1)
    if not found:
        raise Failure("the shipped configuration has no line for %s" % name)
    return text


def write_rules(path, warmup):
    """The configuration as shipped, but for the time a metric must be known, and
    what is told: all, as a short session has no week to share it out over."""
    shipped = os.path.join(STAGE, "etc", "collectd", "collectd.conf.d", "anomaly.cfg")
    with open(shipped) as file:
        text = file.read()
    text = set_option(text, "warmup", '"%gs"' % warmup)
    text = set_option(text, "incidents_per_week", 0)
    with open(path, "w") as file:
        file.write(text)


def find_collectd():
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    found = shutil.which("collectd", path=path)
    if found is None:
        raise Failure("collectd is not there (Debian: collectd-core, Fedora: collectd)")
    return found


class Daemon:
    """One run of collectd. Use as a context manager; leaving it stops the daemon
    as `kill` would and waits until it has saved what it wants to save."""

    def __init__(self, folder, interval, rules, plugins=None, readers=READERS, more="",
                 command=(), environment=None, anomaly=True):
        self.folder = folder
        self.interval = interval
        self.host = socket.gethostname()
        self.log = os.path.join(folder, "collectd.log")
        self.rules = rules
        self.plugins = plugins or os.path.join(STAGE, "lib", "collectd")
        self.readers = readers
        self.more = more
        self.anomaly = anomaly
        self.command = list(command)
        self.environment = dict(os.environ, **(environment or {}))
        self.process = None
        self.status = None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        # Short, since a socket's path is; open to all, since handlers of a root
        # daemon run as another user.
        self.exchange = tempfile.mkdtemp(prefix="anomaly-")
        try:
            self._start()
        except BaseException:
            self._clean()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self._clean()

    def _start(self):
        os.chmod(self.exchange, 0o711)
        self.pipe = os.path.join(self.exchange, "notifications")
        os.mkfifo(self.pipe)
        os.chmod(self.pipe, 0o622)
        # Open for writing as well: no end of file when a handler is done.
        self.pipe_end = os.open(self.pipe, os.O_RDWR | os.O_NONBLOCK)
        self.reader = NotificationReader()
        configuration = os.path.join(self.folder, "collectd.conf")
        with open(configuration, "w") as file:
            file.write(self._configuration())
        self.log_end = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        # A session of its own: Ctrl-C is ours to handle.
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command + [find_collectd(), "-f", "-C", configuration],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                start_new_session=True)

    def _configuration(self):
        # collectd refuses to run a handler as root.
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        text = CONFIGURATION + (ANOMALY if self.anomaly else "")
        return text.format(
            host=self.host, interval=self.interval, folder=self.folder, log=self.log,
            socket=self._socket(), user=user,
            group=grp.getgrgid(os.getegid()).gr_name, pipe=self.pipe, plugins=self.plugins,
            rules=self.rules, more=self.more,
            readers="\n".join("LoadPlugin " + name for name in self.readers))

    def _socket(self):
        return os.path.join(self.exchange, "socket")

    def stop(self, patience=60):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process is not None:
            self.status = self.process.returncode

    def _clean(self):
        if hasattr(self, "pipe_end"):
            os.close(self.pipe_end)
            del self.pipe_end
        shutil.rmtree(self.exchange, ignore_errors=True)

    def must_run(self):
        if self.process.poll() is not None:
            with open(self.log, errors="replace") as file:
                last = file.read().splitlines()[-20:]
            raise Failure("collectd ended with status %d; the end of %s:\n%s"
                          % (self.process.returncode, self.log, "\n".join(last)))

    def notifications(self):
        """What has come since the last call."""
        received = b""
        while True:
            try:
                piece = os.read(self.pipe_end, 65536)
            except BlockingIOError:
                break
            if not piece:
                break
            received += piece
        return list(self.reader.feed(received))

    def log_lines(self, part):
        """New lines of the daemon's log that contain `part`, without their time."""
        if not os.path.exists(self.log):
            return []
        with open(self.log, "rb") as file:
            file.seek(self.log_end)
            whole = file.read()
        whole = whole[:whole.rfind(b"\n") + 1]
        self.log_end += len(whole)
        lines = whole.decode("utf-8", "replace").splitlines()
        return [re.sub(r"^\[[^]]*\] ", "", line) for line in lines if part in line]

    def value(self, identifier):
        """A value from collectd's cache, of this host; NaN if it is not there."""
        answer = self._ask('GETVAL "%s/%s"' % (self.host, identifier))
        return float(answer[0].split("=")[1]) if answer else float("nan")

    def _ask(self, question):
        """The lines of the daemon's answer; none where it has none."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(10)
                connection.connect(self._socket())
                connection.sendall(question.encode() + b"\n")
                with connection.makefile() as stream:
                    count = int(stream.readline().split()[0])
                    return [stream.readline() for _ in range(count)]
        except OSError:
            return []


def wait(seconds, between=.1):
    """Waits in small steps, so that Ctrl-C is heard at once."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(between, max(0, end - time.monotonic())))
