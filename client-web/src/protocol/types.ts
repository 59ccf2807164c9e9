// What goes over the wire, made from the description of the methods by `npm run protocol`. A client ignores what it
// does not know: every reader of these types must survive more fields, more types of entries and more reasons.
export type * from '../../../build/client/protocol.js';
