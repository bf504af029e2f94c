package org.millrace.lab.live;

/** Who sends to whom. */
enum Pairing {
    LINUX("Linux to Linux"), SENDING("Millrace sends"), RECEIVING("Millrace receives");

    final String people;

    Pairing(String people) {
        this.people = people;
    }

    LiveHost sender(Ground ground) {
        return switch (this) {
            case LINUX -> ground.far;
            case SENDING -> ground.millrace;
            case RECEIVING -> ground.near;
        };
    }

    LiveHost receiver(Ground ground) {
        return this == RECEIVING ? ground.millrace : ground.near;
    }
}
