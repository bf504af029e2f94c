package org.millrace.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * How the process logs: warnings and what Millrace tells, on standard error. {@code MILLRACE_LOG} is the level of Millrace's
 * own; {@code -Dlogback.configurationFile} names a file in place of all this. In Java, because reading XML takes a tenth of
 * a start. Found by logback as a service; used once, by the thread that logs first.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {
    private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n";

    /** Made by logback. */
    public Logging() {
    }

    @Override
    public ExecutionStatus configure(LoggerContext logging) {
        if (System.getProperty("logback.configurationFile") != null) {
            DefaultJoranConfigurator file = new DefaultJoranConfigurator();
            file.setContext(logging);
            return file.configure(logging);
        }
        LogRateLimit limit = new LogRateLimit(20, 1, System::nanoTime); // nobody outside can fill the log: docs/security.md
        limit.setContext(logging);
        limit.start();
        logging.addTurboFilter(limit);
        logging.getLogger("org.millrace").setLevel(Level.toLevel(System.getenv("MILLRACE_LOG"), Level.INFO));
        logging.getLogger("net.openhft").setLevel(Level.ERROR); // warns of reading a copy of the registry, as it is meant to be read
        ch.qos.logback.classic.Logger root = logging.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(standardError(logging));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext logging) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(logging);
        encoder.setPattern(PATTERN);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(logging);
        appender.setName("stderr");
        appender.setTarget(ConsoleTarget.SystemErr.getName());
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
