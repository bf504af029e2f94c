package org.millrace.vertx;

import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says, once each, which options an application sets that mean nothing over Millrace. Any thread. */
final class IgnoredOptions {
    private static final Logger LOG = LoggerFactory.getLogger(MillraceTransport.class);

    private final Set<String> said = ConcurrentHashMap.newKeySet();

    /** Vert.x 5.0 has no such class, and never asks. */
    private static Map<String, TcpOption<?>> options() {
        return Map.of("tcpFastOpen", TcpOption.FASTOPEN,
            "tcpFastOpenConnect", TcpOption.FASTOPEN_CONNECT, "tcpQuickAck", TcpOption.QUICKACK);
    }

    void look(TcpConfig config) {
        options().forEach((name, option) -> {
            Object value = config.getOption(option);
            boolean set = value instanceof Boolean flag ? flag : value instanceof Integer number && number > 0;
            if (set && said.add(name)) {
                LOG.warn("{} is set to {} and means nothing over Millrace: {}", name, value,
                    "the connections work without it; see docs/vertx.md, Options");
            }
        });
    }

    /** {@return the options that were found set so far} */
    Set<String> said() {
        return Set.copyOf(said);
    }
}
