// Shapes of the APIs' answers, as far as the console reads them, for `make lint`; browsers get none of it.

interface Person { id: number; name: string; email: string; type: 'agent' | 'contact' }
interface Agent {
  id: number; name: string; email: string; type: 'agent'; status: Presence; isActive: boolean; role: 'admin' | 'agent'; departmentIds: number[];
}
type Presence = 'online' | 'away' | 'busy' | 'offline';
type Status = 'new' | 'pendingInternal' | 'pendingExternal' | 'onHold' | 'closed';
type Priority = 'urgent' | 'high' | 'normal' | 'low';
interface Account { id: string; name: string }
interface StatusWord { name: string; status: Presence }
interface Session {
  accessToken: string; expiresIn: number; agent: Agent; statusName: string; statuses: StatusWord[];
  account: Account; accounts: Account[];
  socket: { url: string; appId: string; userId: string; deviceId: string };
}
interface Mention { agentId: number; isRead: boolean; messageId: number }
interface FieldValue { id: number; name: string; value: string }
interface Conversation {
  id: number; subject: string; agentAssigneeId: number | null; departmentAssigneeId: number | null; contactId: number;
  channel: 'portal' | 'email'; priority: Priority; status: Status; isRead: boolean; customFields: FieldValue[];
  createdTime: string; lastActivityTime: string; lastRepliedTime: string | null; lastRepliedByType: string | null;
  lastStatusChangeTime: string; hasDraft: boolean; tagIds: number[]; isDeleted: boolean; mergedIntoId: number | null;
  firstRespondBreachAt: string | null; nextRespondBreachAt: string | null; resolveBreachAt: string | null;
  snoozedUntil: string | null;
  mentionedAgents: Mention[]; lastMessage: string | null; contact?: Person | null; agentAssignee?: Person | null;
  receivedFrom: string | null; isReadByContact: boolean;
}
interface Attachment { guid: string; fileName: string; url: string; isAvailable: boolean }
interface Message {
  id: number; conversationId: number; type: 'note' | 'reply' | 'email'; source: string; htmlBody: string; plainBody: string;
  quote: string | null; senderId: number | null; senderType: 'agent' | 'contact' | 'system'; time: string;
  subject: string | null; from: string | null; to: string | null; cc: string | null;
  sendStatus: string | null; sendFailure: string | null; attachments: Attachment[]; mentionedAgentIds: number[];
  sender?: Person | null;
}
interface EventLog {
  id: number; text: string; time: string; actorType: string; actorId: number | null; triggerId: number | null;
  field: string; from: string | number | boolean | null; to: string | number | boolean | null;
}
interface Contact {
  id: number; name: string; alias: string | null; email: string | null; company: string | null; title: string | null;
  phoneNumber: string | null; city: string | null; country: string | null; description: string | null; tags: string[];
  createdTime: string; identities: { type: string; value: string }[];
}
interface Tag { id: number; name: string }
interface Department { id: number; name: string }
interface Filter { id: number; name: string; isPrivate: boolean }
interface CannedResponse { id: number; name: string; textContent: string }
interface Field {
  id: number; type: string; name: string; isSystemField: boolean; options: { name: string; value: string }[]; helpText: string | null;
}
interface Draft { plainBody: string | null; attachments: Attachment[] }
interface ViewCounts { mine: number; unassigned: number; open: number; mentions: number }

/** A message that is being sent, after the last one that was shown; `key` makes it the same however often it is sent. */
interface Outgoing {
  key: string; after: number; conversation: number; type: Message['type']; body: string; html: string | null; files: Attachment[]; at: number;
  failure?: string;
}

/** What the socket says. */
interface Frame {
  type: string; what?: string; kind?: string; code?: number; conversation_uuid?: string; conversation_id?: number; user_id?: number | null;
  user_uuid?: string; extra?: { conversation_uuid?: string; conversation_id?: number; retry_after?: number };
}

interface Window {
  trustedTypes?: { createPolicy(name: string, rules: { createHTML: (text: string) => string }): { createHTML: (text: string) => string } };
}

interface View {
  id: string; name: string; path: string; query: Record<string, string>; filter?: number;
  /** Whether a conversation is in it, where that can be told without asking. */
  has?: (one: Conversation) => boolean;
}
