package org.millrace.runtime.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.millrace.net.Route;
import org.millrace.wire.Ipv4Address;
import org.millrace.wire.Ipv4Prefix;

class WeightsTest {
    private static final int CONTEXTS = 4;
    private static final long SECOND_NS = 1_000_000_000;

    private final Weights weights = new Weights(Map.of(), CONTEXTS);

    private static Route route(String prefix, String weight) {
        return new Route(Ipv4Prefix.parse(prefix), Ipv4Address.ANY, 1500, weight == null ? Map.of() : Map.of("weight", weight));
    }

    @Test
    void withoutAWeightThereAreNoClasses() {
        weights.routes(List.of(route("10.0.0.0/24", null)));
        assertThat(weights.areSet()).isFalse();
        weights.users(Map.of(1000, 1), List.of());
        assertThat(weights.areSet()).isTrue();
    }

    @Test
    void routesWithAWeightGoBeforeContexts() {
        Route fast = route("10.0.1.0/24", "8");
        Route slow = route("10.0.2.0/24", "2");
        Route other = route("10.0.0.0/16", null);
        weights.routes(List.of(fast, slow, other));
        int ofFast = weights.classOf(weights.number(Optional.of(fast)), 3);
        int ofSlow = weights.classOf(weights.number(Optional.of(slow)), 3);
        assertThat(List.of(ofFast, ofSlow, weights.classOf(weights.number(Optional.of(other)), 3), weights.classOf(0, 0)))
            .doesNotHaveDuplicates().allMatch(number -> number < weights.classes());
        assertThat(weights.weight(ofFast)).isEqualTo(8);
        assertThat(weights.weight(ofSlow)).isEqualTo(2);
        assertThat(weights.weight(weights.classOf(0, 3))).isEqualTo(1);
        weights.routes(List.of(other));
        assertThat(weights.weight(ofFast)).isEqualTo(1);
    }

    @Test
    void manyRoutesShareTheLastClass() {
        List<Route> routes = IntStream.range(0, 300).mapToObj(i -> route("10." + i / 256 + "." + i % 256 + ".0/24", "3"))
            .toList();
        weights.routes(routes);
        int last = weights.classOf(weights.number(Optional.of(routes.getLast())), 0);
        assertThat(last).isEqualTo(weights.classes() - 1);
        assertThat(weights.weight(last)).isEqualTo(3);
    }

    @Test
    void aClassIsAloneUntilAnotherSendsAndASecondAfterIt() {
        weights.sends(1, 0);
        weights.sends(1, SECOND_NS);
        weights.round(SECOND_NS);
        assertThat(weights.areContended()).isFalse();
        weights.sends(2, SECOND_NS);
        weights.sends(1, SECOND_NS);
        weights.round(2 * SECOND_NS - 1);
        assertThat(weights.areContended()).isTrue();
        weights.round(2 * SECOND_NS);
        assertThat(weights.areContended()).isFalse();
    }
}
