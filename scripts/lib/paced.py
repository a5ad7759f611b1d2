"""paced.py URL RATE SECONDS: requests at a steady pace over one connection; prints p50 and p99 of the whole exchange."""

import http.client
import sys
import time
from urllib.parse import urlsplit

url, rate, seconds = urlsplit(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
connection = http.client.HTTPConnection(url.hostname, url.port)
times = []
begin = time.perf_counter()
for number in range(int(rate * seconds)):
    time.sleep(max(begin + number / rate - time.perf_counter(), 0))
    start = time.perf_counter()
    connection.request("GET", f"{url.path}?{url.query}" if url.query else url.path)
    answer = connection.getresponse()
    answer.read()
    times.append(time.perf_counter() - start)
    assert answer.status == 200, answer.status
times.sort()
print(f"{times[len(times) // 2] * 1000:.2f} ms, {times[len(times) * 99 // 100] * 1000:.2f} ms")
