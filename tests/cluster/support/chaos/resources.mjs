// What the instances hold: files, memory. After the faults it must be what it was before.
const FILES = 24; // beyond its connections
const MEMORY = { share: 1.6, bytes: 32 << 20 };

async function measure(instance) {
  if (!instance.running) throw new Error(`an instance does not run: ${JSON.stringify(instance.falls)}\n${instance.log.slice(-2000)}`);
  const connections = await instance.metric('clubd_connections');
  return { files: instance.files - connections, memory: instance.memory() };
}

export class Resources {
  found = [];
  peak = 0;

  constructor({ cluster }) {
    this.cluster = cluster;
  }

  #all() {
    return Promise.all(this.cluster.instances.map(measure));
  }

  async start() {
    this.before = await this.#all();
    this.timer = setInterval(() => {
      for (const instance of this.cluster.instances) {
        try {
          this.peak = Math.max(this.peak, instance.memory());
        } catch {} // it does not run
      }
    }, 500);
  }

  async rest() {}

  async agrees() {
    try {
      this.after = await this.#all();
    } catch ({ message }) {
      this.after = this.before;
      return void this.found.push({ rule: 'no instance ends by itself', text: message });
    }
    const most = (all, name) => Math.max(...all.map((one) => one[name]));
    for (const [i, { files, memory }] of this.after.entries()) {
      if (files > most(this.before, 'files') + FILES) this.#wrong(`instance ${i} has ${files} files beside its connections; before ${most(this.before, 'files')}`);
      if (memory > most(this.before, 'memory') * MEMORY.share + MEMORY.bytes) this.#wrong(`instance ${i} has ${memory} bytes of memory; before ${most(this.before, 'memory')}`);
    }
  }

  #wrong(text) {
    this.found.push({ rule: 'memory and files are back where they were', text });
  }

  async stop() {
    clearInterval(this.timer);
  }
}
