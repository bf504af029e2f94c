package org.millrace.context;

import net.openhft.chronicle.values.MaxUtf8Length;

/**
 * A line of the registry as it lies in the map. Chronicle finds the classes behind it by name; the build makes them.
 */
interface RegistryRecord {
    int getKind();

    void setKind(int kind);

    int getContext();

    void setContext(int context);

    int getConnection();

    void setConnection(int connection);

    long getLocalHigh();

    void setLocalHigh(long bits);

    long getLocalLow();

    void setLocalLow(long bits);

    int getLocalPort();

    void setLocalPort(int port);

    long getPeerHigh();

    void setPeerHigh(long bits);

    long getPeerLow();

    void setPeerLow(long bits);

    int getPeerPort();

    void setPeerPort(int port);

    long getReceiveQueued();

    void setReceiveQueued(long bytes);

    long getTransmitQueued();

    void setTransmitQueued(long bytes);

    long getCreatedMs();

    void setCreatedMs(long ms);

    long getUpdatedMs();

    void setUpdatedMs(long ms);

    CharSequence getTransport();

    void setTransport(@MaxUtf8Length(Registry.NAME_BYTES) CharSequence name);

    CharSequence getState();

    void setState(@MaxUtf8Length(Registry.NAME_BYTES) CharSequence state);

    CharSequence getDetail();

    void setDetail(@MaxUtf8Length(Registry.DETAIL_BYTES) CharSequence detail);
}
