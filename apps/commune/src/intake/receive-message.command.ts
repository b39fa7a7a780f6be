import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Intake, type IntakeAnswer } from './intake.js';
import type { LargeMessage, ReceivedMessage } from './message.js';

export class ReceiveMessage extends Command<IntakeAnswer> {
  constructor(readonly message: ReceivedMessage | LargeMessage) {
    super();
  }
}

@CommandHandler(ReceiveMessage)
export class ReceiveMessageHandler implements ICommandHandler<ReceiveMessage> {
  constructor(private readonly intake: Intake) {}

  execute({ message }: ReceiveMessage): Promise<IntakeAnswer> {
    return this.intake.receive(message);
  }
}
