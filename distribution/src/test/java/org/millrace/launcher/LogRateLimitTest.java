package org.millrace.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogRateLimitTest {
    private static final long SECOND_NS = 1_000_000_000;

    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("org.millrace.Test");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private long nowNs;

    @BeforeEach
    void limit() {
        LogRateLimit limit = new LogRateLimit(5, 2, () -> nowNs);
        context.addTurboFilter(limit);
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
    }

    private void refuse(int times) {
        for (int i = 0; i < times; i++) {
            logger.warn("peer {} is refused", i, new IllegalStateException("with its trace"));
        }
    }

    @Test
    void oneMessageIsBoundedWhateverItsValuesAndOthersPass() {
        refuse(1000);
        assertThat(log.list).hasSize(5);
        logger.info("another");
        assertThat(log.list).hasSize(6);
    }

    @Test
    void whatWasLeftOutIsSaidWithTheNextThatPasses() {
        refuse(1000);
        nowNs += SECOND_NS;
        refuse(3);
        assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).endsWith("peer 4 is refused",
            "995 lines like the next were left out", "peer 0 is refused", "peer 1 is refused");
        assertThat(log.list.get(5).getLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void debugIsTheOperatorsWish() {
        logger.setLevel(Level.DEBUG);
        for (int i = 0; i < 100; i++) {
            logger.debug("step {}", i);
        }
        assertThat(log.list).hasSize(100);
    }

    @Test
    void messagesWithoutNumberTakeBoundedMemoryAndAreStillLimited() {
        for (int i = 0; i < 10_000; i++) {
            logger.warn("made of its value " + i);
        }
        refuse(1000);
        assertThat(log.list).hasSize(10_005);
    }
}
