/** Lets `width` tasks run at once. A task that takes longer than `seconds` goes on, but no longer keeps others waiting. */
export function limiter(width: number, seconds: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const enter = async () => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
  };
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  return async (task) => {
    await enter();
    let left = false;
    const once = () => {
      if (!left) leave();
      left = true;
    };
    const slow = setTimeout(once, seconds * 1000);
    try {
      return await task();
    } finally {
      clearTimeout(slow);
      once();
    }
  };
}
