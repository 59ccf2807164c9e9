// docker/haproxy.cfg for instances whose addresses are known, instead of a container engine's name service.
import { readFileSync } from 'node:fs';

const file = new URL('../../../docker/haproxy.cfg', import.meta.url);

/** `instances`: [{address, port, adminPort}]; `files`: that it may open; `bind`, `healthBind`: other places to listen at. */
export function balancerConfiguration({ instances, files, bind, healthBind }) {
  const servers = instances.map(({ address, port, adminPort }, i) => `    server instance-${i + 1} ${address}:${port} port ${adminPort}`);
  const text = readFileSync(file, 'utf8')
    .replace(/^ *fd-hard-limit .*\n/m, `    fd-hard-limit ${files}\n`)
    .replace(/^ *server-template .*$/gm, servers.join('\n'))
    .replace(/^resolvers [^]*?\n\n/m, '');
  return text
    .replace(/^( *bind) :8443$/m, bind ? `$1 ${bind}` : '$&')
    .replace(/^( *bind) 127\.0\.0\.1:8404$/m, healthBind ? `$1 ${healthBind}` : '$&');
}
