import type { Relays } from "../coturn/relays.ts";

/**
 * turn-stun-servers.xml, the whole of it: what upstream has there leads people to a TURN server on the host itself, which is none, and to
 * somebody else's STUN server.
 */
export function turnServers({ secret, ttlSeconds, turn, stun }: Relays): string {
  const servers = [
    ...stun.map((url, index) => bean(`stun${index}`, "StunServer", [url])),
    ...turn.map((url, index) => bean(`turn${index}`, "TurnServer", [secret, url, String(ttlSeconds)])),
  ];
  const set = (name: string, ids: readonly string[]) => [
    `    <property name="${name}"><set>`,
    ...ids.map((id) => `      <ref bean="${id}"/>`),
    "    </set></property>",
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<beans xmlns="http://www.springframework.org/schema/beans"',
    '       xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    '       xsi:schemaLocation="http://www.springframework.org/schema/beans',
    '                           http://www.springframework.org/schema/beans/spring-beans-2.5.xsd">',
    ...servers.flat(),
    `  <bean id="stunTurnService" class="${classes}.StunTurnService">`,
    ...set(
      "stunServers",
      stun.map((_, index) => `stun${index}`),
    ),
    ...set(
      "turnServers",
      turn.map((_, index) => `turn${index}`),
    ),
    '    <property name="remoteIceCandidates"><set/></property>',
    "  </bean>",
    "</beans>",
    "",
  ].join("\n");
}

const classes = "org.bigbluebutton.web.services.turn";

function bean(id: string, kind: "StunServer" | "TurnServer", values: readonly string[]): string[] {
  const argument = (value: string, index: number) =>
    `    <constructor-arg index="${index}" value="${attribute(value)}"/>`;
  return [`  <bean id="${id}" class="${classes}.${kind}">`, ...values.map(argument), "  </bean>"];
}

function attribute(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
