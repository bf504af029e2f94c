package org.millrace.tofino;

import java.util.Optional;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class ReportsTest {
    private final TofinoReport report = new TofinoBackend().report(Programs.laminar(), Programs.CAPACITY);

    @Test
    void textHasTheRowsOfTable52() {
        assertThat(ReportText.of(report, Optional.empty())).contains("fits", "SRAM", "map RAM", "TCAM", "VLIW", "stateful ALU",
            "match crossbar", "gateways", "latency", "power of a pipe", "rx-next");
    }

    @Test
    void jsonNamesTheDecisionAndTheRows() {
        assertThat(ReportJson.of(report, Optional.empty())).startsWith("{\"program\":\"tcp-laminar\"").contains("\"fits\":true",
            "\"name\":\"SRAM\",\"used\":", "\"table\":\"rx-next\"").endsWith("}");
    }

    @Test
    void svgIsWellFormedAndHasAColumnPerStage() throws Exception {
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new InputSource(new StringReader(ReportSvg.of(report))));
        assertThat(document.getDocumentElement().getTextContent()).contains("stage 0", "stage 19", "rx-ooo-tail", "gateways", "crossbar",
            "critical path", "register");
    }
}
