/** Where notifications may be sent: nowhere inside the operator's own network, unless the operator says so. */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { SubscriptionSettings } from '#platform/configuration.js';

/** Addresses that are not of the public Internet (IANA special-purpose registries, RFC 6890 and its updates). */
const special = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]);

/** The endpoint leads to where nothing may be sent. Does not say where that is. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

export class EndpointGuard {
  readonly #allowed: BlockList;
  readonly #http: boolean;

  constructor({ networks, http }: SubscriptionSettings) {
    this.#allowed = blockList(networks);
    this.#http = http;
  }

  /** What can be told from the address itself; what its name leads to is looked at whenever something is sent. */
  accepts(endpoint: string): boolean {
    if (!URL.canParse(endpoint)) return false;
    const { protocol, hostname, username, password, hash } = new URL(endpoint);
    if (protocol !== 'https:' && !(this.#http && protocol === 'http:')) return false;
    if (username !== '' || password !== '' || hash !== '') return false;
    const literal = literalOf(hostname);
    return literal === undefined ? hostname !== '' : this.permits(literal);
  }

  permits(address: string): boolean {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return this.#allowed.check(address, family) || !special.check(address, family);
  }

  /**
   * Resolves names for one connection, which goes to the very address that was looked at. A name that leads to any address where
   * nothing may be sent is refused as a whole.
   */
  readonly lookup: LookupFunction = (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      if (addresses.length === 0 || addresses.some(({ address }) => !this.permits(address)))
        return done(new AddressRefused('The endpoint leads to an address where nothing may be sent'), []);
      const [first] = addresses;
      if (options.all === true) done(null, addresses);
      else done(null, first?.address ?? '', first?.family);
    });
  };
}

/** An address that is written instead of a name; names are looked up. */
export function literalOf(hostname: string): string | undefined {
  const plain = hostname.replace(/^\[|\]$/g, '');
  return isIP(plain) === 0 ? undefined : plain;
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
