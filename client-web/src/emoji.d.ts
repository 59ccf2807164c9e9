/** Where a language's emoji lie on the club's own host; made while building. */
declare module 'emoji:*' {
  const address: string;
  export default address;
}
