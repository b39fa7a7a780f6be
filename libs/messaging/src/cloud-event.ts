/** CloudEvents 1.0 in JSON, with the `partitionkey` and `sequence` extensions. Attributes hold no personal data. */
export interface CloudEvent<Payload> {
  readonly specversion: '1.0';
  /** Id of the event that the message was made from: a message delivered twice has the same id. */
  readonly id: string;
  /** `/events/{category of the stream}` */
  readonly source: string;
  /** `vn.lien-tuyen.{topic}.{kind}` */
  readonly type: string;
  /** When the event was recorded, ISO 8601 UTC. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** `urn:lien-tuyen:schema:{topic}` */
  readonly dataschema: string;
  readonly partitionkey: string;
  /** Global position of the event, as decimal text. */
  readonly sequence: string;
  readonly data: Payload;
}
