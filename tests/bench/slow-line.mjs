// A browser on a line of 32 kbit/s with 600 ms there and back, without loss and with one packet of ten lost.
import {Lossy, SlowLine} from '../browser/support/slow-line.mjs';
import {browserFor, fill, visit} from '../browser/support/slow-visit.mjs';
import {Club} from '../wire/support/club.mjs';
import {say, wanted} from './measuring.mjs';
import {decimals, table, thousands} from './table.mjs';

const PATIENCE = 180_000;

const measured = async (browser, far, club) => {
  const line = await SlowLine.listen(far);
  await club.restart({settings: {CLUB_URL: line.origin}});
  const context = await browser.newContext({locale: 'en-GB'});
  try {
    return await visit(context, line, await club.cookie('anna'), PATIENCE);
  } finally {
    await context.close();
    await line.close();
  }
};

const rowsOf = (loss, costs) => [
  ['first visit, until the newest message stands there', costs.first],
  ['coming back, the client kept by the browser', costs.again],
  ['a message, from Enter to “sent”', costs.send],
].map(([what, {ms, up, down, connections}]) => [what, loss, `${decimals(ms / 1000, 1)} s`, thousands(down), thousands(up), connections]);

export const slowLineTable = async () => {
  if (!wanted('slow line')) return;
  say('A browser on a slow line: 32 kbit/s each way, 600 ms there and back');
  const club = await Club.start({members: ['anna', 'bo']});
  const browser = await browserFor(club);
  let lossy;
  try {
    await fill(club);
    const rows = rowsOf('none', await measured(browser, club.port, club));
    lossy = await Lossy.open(club.port);
    if (lossy) rows.push(...rowsOf('10 %', await measured(browser, {host: lossy.host, port: lossy.port}, club)));
    else say('no loss: this machine gives no network of one\'s own');
    console.log(table(['on a line of 32 kbit/s and 600 ms', 'loss', 'time', 'bytes down', 'bytes up', 'connections'], rows));
  } finally {
    await lossy?.close();
    await browser.close();
    await club.finish();
  }
};
