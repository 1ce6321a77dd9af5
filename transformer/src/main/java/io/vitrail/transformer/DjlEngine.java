package io.vitrail.transformer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/** DJL's PyTorch engine, started once and quietly. Everything of this library that needs it asks here. */
public final class DjlEngine {
    static {
        if (System.getProperty("OPT_OUT_TRACKING") == null) {
            System.setProperty("OPT_OUT_TRACKING", "true"); // else DJL reports its start to remote addresses, and waits
        }
    }

    private DjlEngine() {}

    /** The engine; the first call loads its natives. */
    public static Engine get() {
        return Engine.getEngine("PyTorch");
    }

    /** A root of native memory on a device; the caller closes it. */
    public static NDManager newManager(Device device) {
        return get().newBaseManager(device);
    }
}
