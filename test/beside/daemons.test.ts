/** How the local cloud's daemons are started: their workers are forks. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureOpenstack } from "../../local/openstack/python.ts";
import { here } from "../engine/estate.ts";

/**
 * Forks while one thread is in the middle of the import that kombu tries at each connection, and another waits for it: Python does not
 * free such a lock in the fork. The fork then connects too.
 */
const daemon = `
import os, sys, threading, time
from kombu.transport import supports_librabbitmq

begun = threading.Event()

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == 'librabbitmq':
            begun.set()
            time.sleep(10)

def main():
    sys.meta_path.insert(0, Slow())
    for _ in range(2):
        threading.Thread(target=supports_librabbitmq, daemon=True).start()
        begun.wait(0.5)
    time.sleep(0.3)
    worker = os.fork()
    if worker == 0:
        sys.meta_path.pop(0)
        supports_librabbitmq()
        os._exit(0)
    for _ in range(50):
        if os.waitpid(worker, os.WNOHANG)[0]:
            print('the worker goes on')
            return
        time.sleep(0.1)
    os.kill(worker, 9)
    print('the worker hangs')
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-family-"));
  await writeFile(join(folder, "daemon.py"), daemon);
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

test("a worker that is forked while another thread connects can connect", async () => {
  const { python } = await ensureOpenstack(here, () => undefined);
  const args = ["-m", "estate_cloud.family", "daemon:main"];
  const { stdout, stderr } = await execa(join(python, "python"), args, {
    ...{ cwd: folder, env: { PYTHONPATH: folder }, reject: false },
  });
  expect(stdout, stderr).toBe("the worker goes on");
});
