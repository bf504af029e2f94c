package org.millrace.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static Placement parse(String cores, String shards) {
        Map<String, String> map = new TreeMap<>();
        if (cores != null) {
            map.put("cores", cores);
        }
        if (shards != null) {
            map.put("shards", shards);
        }
        return Placement.parse(map);
    }

    @Test
    void numberOfCoresIsHowManyAndAListIsWhich() {
        assertThat(parse(null, null)).isEqualTo(new Placement(1, 0, List.of()));
        assertThat(parse("2", null)).isEqualTo(new Placement(2, 2, List.of()));
        assertThat(parse("3-3", null)).isEqualTo(new Placement(1, 1, List.of(3)));
        assertThat(parse(" 2-5, 8 ", null)).isEqualTo(new Placement(5, 5, List.of(2, 3, 4, 5, 8)));
        assertThat(parse("9,2", null).cpus()).containsExactly(9, 2);
        assertThat(parse("0-0", null).isPinned()).isTrue();
        assertThat(parse("2", null).isPinned()).isFalse();
    }

    @Test
    void coresAreForStagesWhereTheyHaveThreads() {
        assertThat(Placement.parse(Map.of("cores", "2-5", "pipeline", "dma"))).isEqualTo(new Placement(1, 4, List.of(2, 3, 4, 5)));
        assertThat(Placement.parse(Map.of("cores", "4", "shards", "2", "pipeline", "dma"))).isEqualTo(new Placement(2, 4, List.of()));
    }

    @Test
    void shardsAreAsManyAsCoresUnlessSaid() {
        assertThat(parse(null, "4")).isEqualTo(new Placement(4, 0, List.of()));
        assertThat(parse("4", "2")).isEqualTo(new Placement(2, 4, List.of()));
        assertThat(parse("100", null)).isEqualTo(new Placement(64, 100, List.of()));
    }

    @Test
    void everyCoreBelongsToOneShardInTheOrderOfTheList() {
        Placement placement = parse("2-5,8", "2");
        assertThat(placement.cpus(0)).containsExactly(2, 3);
        assertThat(placement.cpus(1)).containsExactly(4, 5, 8);
        assertThat(parse("9,2", null).cpus(0)).containsExactly(9);
        assertThat(parse("4", "2").cpus(1)).isEmpty();
    }

    @Test
    void moreShardsThanCoresShareThemAndTheThreadOfTheFirst() {
        Placement placement = parse("2,4", "5");
        assertThat(IntStream.range(0, 5).map(placement::host)).containsExactly(0, 0, 0, 3, 3);
        assertThat(placement.cpus(2)).containsExactly(2);
        assertThat(placement.cpus(3)).containsExactly(4);
        assertThat(IntStream.range(0, 2).map(parse("4", "2")::host)).containsExactly(0, 1);
    }

    @Test
    void textIsWhatTheKeyWouldSay() {
        for (String text : List.of("2", "3-3", "2-5,8", "0,2,4")) {
            assertThat(parse(text, null).text()).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0        |     | cores is '0', allowed is how many from 1 to 8192, or which, each once, such as 2-5,8; one of them is 3-3",
        "-1       |     | cores is '-1', allowed is how many",
        "''       |     | cores is '', allowed is how many",
        "8193     |     | cores is '8193', allowed is how many",
        "99999999999 |  | cores is '99999999999', allowed is how many",
        "two      |     | cores is 'two', allowed is how many",
        "5-2      |     | cores is '5-2', allowed is how many",
        "2-5,4    |     | cores is '2-5,4', allowed is how many",
        "2,       |     | cores is '2,', allowed is how many",
        "1-2-3    |     | cores is '1-2-3', allowed is how many",
        "9000-9001 |    | cores is '9000-9001', allowed is how many",
        "3-3      | 33  | shards is '33', allowed is a number from 1 to 32: cores is '3-3'",
        "1        | 33  | shards is '33', allowed is a number from 1 to 32: cores is '1'",
        "2        | 0   | shards is '0', allowed is a number from 1 to 64",
        "100      | 65  | shards is '65', allowed is a number from 1 to 64"})
    void whatCannotBeIsSaidInOneLineWithWhatCan(String cores, String shards, String message) {
        assertThatThrownBy(() -> parse(cores, shards)).isInstanceOf(ConfigException.class).hasMessageStartingWith(message)
            .hasMessageNotContaining("\n");
    }
}
