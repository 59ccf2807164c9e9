// What a process has open, in a few words.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Of TCP, by their numbers in include/net/tcp_states.h of Linux. */
const STATES = ['', 'established', 'syn sent', 'syn received', 'fin wait 1', 'fin wait 2', 'time wait', 'closed', 'close wait', 'last ack', 'listening', 'closing'];

/** The state of each TCP socket of its network, by inode. */
function sockets(pid) {
  const rows = ['tcp', 'tcp6'].flatMap((kind) => readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').trim().split('\n').slice(1));
  return new Map(rows.map((row) => row.trim().split(/\s+/)).map(([, , , state, , , , , , inode]) => [inode, STATES[parseInt(state, 16)]]));
}

function kindOf(target, states) {
  const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  if (!inode) return target.replace(/\[\d+\]/, '').replace(/.*\//, '');
  return `socket ${states.get(inode) ?? 'of no TCP line'}`;
}

/** {kind: how many}. */
function count(pid) {
  const states = sockets(pid);
  const counts = {};
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    let target;
    try {
      target = readlinkSync(`/proc/${pid}/fd/${descriptor}`);
    } catch {
      continue; // closed meanwhile
    }
    const kind = kindOf(target, states);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** `socket established 812, pipe: 4, …`: the most first. */
export function describeFiles(pid) {
  try {
    const sorted = Object.entries(count(pid)).sort(([, one], [, other]) => other - one);
    return sorted.map(([kind, many]) => `${kind} ${many}`).join(', ');
  } catch {
    return 'nothing, it ended';
  }
}
