"""A Prometheus server of a test's mind: prometheus_server.py PORT-FILE

Series and their values are made up; some paths misbehave on purpose. Each
request is a line on standard output.
"""
import http.server
import json
import sys
import urllib.parse

SERIES = [
    {"__name__": "collectd_load_shortterm", "instance": "web1", "job": "c"},
    {"__name__": "collectd_interface_if_octets_rx_total", "interface": "eth0",
     "instance": "127.0.0.1:9103", "exported_instance": "web1", "job": "c"},
    {"__name__": "node_cpu_seconds_total", "cpu": "0", "mode": "iowait",
     "instance": "db1:9100", "job": "n"},
    {"__name__": "node_unheard_of", "instance": "db1:9100", "job": "n"},
]
TARGETS = [{"labels": {"job": "c"}, "scrapeInterval": "10s"},
           {"labels": {"job": "n"}, "scrapeInterval": "1m30s"}]
failures = {"left": 0}


def points(query, start, end, step):
    """Values that tell their time; a counter that is reset at 1700001000."""
    rows = []
    time = start
    while time <= end:
        if "load" in query:
            value = "NaN" if time == 1700000020 else str(time % 1000)
        else:
            value = str(time - (1700001000 if time >= 1700001000 else 1699000000))
        if not 1700000040 <= time < 1700000070:
            rows.append([time, value])
        time += step
    return rows


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_data(self, data):
        self.answer(200, json.dumps({"status": "success", "data": data}).encode())

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        asked = urllib.parse.parse_qs(url.query)
        print(self.path, flush=True)
        mood = url.path.split("/")[1]
        if mood == "sulky" and "query_range" in url.path and failures["left"] > 0:
            failures["left"] -= 1
            return self.answer(503, b"later")
        if mood == "broken":
            return self.answer(500, b"")
        if mood == "strict":
            return self.answer(400, json.dumps({"status": "error", "error": "not so"}).encode())
        if mood == "other":
            return self.answer(200, b"<html>hello</html>")
        if mood == "odd":
            return self.answer_data([1, {"__name__": 3}, {"__name__": "node_load1"}, None])
        if mood == "torn" and "query_range" in url.path:
            return self.answer_data({"result": [{"values": [[1700000000], ["a", "b"], 7,
                                                            [1700000100, "1"]]}]})
        if url.path.endswith("/series"):
            failures["left"] = 2
            return self.answer_data(SERIES)
        if url.path.endswith("/targets"):
            return self.answer_data({"activeTargets": TARGETS})
        step = float(asked["step"][0])
        rows = points(asked["query"][0], float(asked["start"][0]), float(asked["end"][0]), step)
        if len(rows) > 11000:
            return self.answer(400, json.dumps({"error": "too many points"}).encode())
        return self.answer_data({"resultType": "matrix", "result": [{"values": rows}]})

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w", encoding="ascii") as file:
    file.write(str(server.server_address[1]))
server.serve_forever()
