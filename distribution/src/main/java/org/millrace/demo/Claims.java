package org.millrace.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a demonstration claims, and whether it held. */
final class Claims {
    private final List<Claim> claims = new ArrayList<>();

    private record Claim(String what, boolean held, String detail) {
    }

    void add(String what, boolean held, String detail) {
        claims.add(new Claim(what, held, detail));
    }

    boolean held() {
        return claims.stream().allMatch(Claim::held);
    }

    String text() {
        return claims.stream().map(claim -> (claim.held ? "held      " : "NOT held  ") + claim.what
            + (claim.detail.isEmpty() ? "" : " (" + claim.detail + ")")).collect(Collectors.joining("\n"))
            + (held() ? "\nAll of it held." : "\nNOT all of it held.");
    }

    String json() {
        return claims.stream().map(claim -> "{\"claim\":\"" + claim.what + "\",\"held\":" + claim.held + "}")
            .collect(Collectors.joining(",", "{\"held\":" + held() + ",\"claims\":[", "]}"));
    }
}
