/** Release of Apache Kafka whose jars `data/kafka-jars.tsv` names. */
export const kafkaVersion = '4.1.2';

export const kafkaJars = { program: 'Apache Kafka', table: 'kafka-jars.tsv' } as const;
