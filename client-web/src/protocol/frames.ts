// JSON-RPC frames: from a string to checked messages. Whatever is not understood is left out, never thrown.

export interface RpcError {
  code: number;
  reason: string;
  retryAfter: number | null;
  field: string | null;
}

export type Incoming =
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'error'; id: number | null; error: RpcError }
  | { kind: 'notification'; method: string; params: Record<string, unknown> };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function numberOr(value: unknown, otherwise: number | null): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

const REASONS_OF_CODES: Record<number, string> = {
  [-32700]: 'malformed',
  [-32600]: 'malformed',
  [-32601]: 'unknown_method',
  [-32602]: 'invalid',
  [-32603]: 'internal',
};

function readError(value: unknown): RpcError {
  const error = isRecord(value) ? value : {};
  const data = isRecord(error['data']) ? error['data'] : {};
  const code = numberOr(error['code'], 0) ?? 0;
  const reason = typeof data['reason'] === 'string' ? data['reason'] : (REASONS_OF_CODES[code] ?? 'unknown');
  const field = typeof data['field'] === 'string' ? data['field'] : null;
  return { code, reason, retryAfter: numberOr(data['retry_after'], null), field };
}

function readMessage(value: unknown): Incoming | null {
  if (!isRecord(value)) return null;
  if (typeof value['method'] === 'string') {
    const params = isRecord(value['params']) ? value['params'] : {};
    return { kind: 'notification', method: value['method'], params };
  }
  const id = typeof value['id'] === 'number' ? value['id'] : null;
  if ('error' in value) return { kind: 'error', id, error: readError(value['error']) };
  return id === null ? null : { kind: 'result', id, result: value['result'] };
}

export function readFrame(text: string): Incoming[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const messages = Array.isArray(value) ? value : [value];
  return messages.map(readMessage).filter((message): message is Incoming => message !== null);
}

/** Encoded requests into as few frames as the limits allow, in their order. */
export function packFrames(requests: string[], limits: { batch: number; frame: number }): string[] {
  const frames: string[] = [];
  let batch: string[] = [];
  let bytes = 2;
  const close = (): void => {
    if (batch.length === 1) frames.push(batch[0] as string);
    else if (batch.length > 1) frames.push(`[${batch.join(',')}]`);
    batch = [];
    bytes = 2;
  };
  for (const request of requests) {
    const size = new TextEncoder().encode(request).length + 1;
    if (batch.length >= limits.batch || bytes + size > limits.frame) close();
    batch.push(request);
    bytes += size;
  }
  close();
  return frames;
}
