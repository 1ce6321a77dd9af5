package io.vitrail.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Two applications in one JVM, such as a server's: each has Vitrail in a class loader of its own. */
class SecondClassLoaderTest {
    private static final URL[] CLASS_PATH = classPath();

    /** Loads Vitrail itself, and all else as its parent does. */
    private static final class OwnVitrail extends URLClassLoader {
        private OwnVitrail(ClassLoader parent) {
            super(CLASS_PATH, parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null || !name.startsWith("io.vitrail.")) {
                    return loaded != null ? loaded : super.loadClass(name, resolve);
                }
                return findClass(name);
            }
        }
    }

    private static URL[] classPath() {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            try {
                urls.add(Path.of(entry).toUri().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }
        return urls.toArray(URL[]::new);
    }

    @Test
    void aSecondCopyOfDjlIsToldWhatToDo() throws IOException {
        DjlEngine.get();
        try (URLClassLoader second = new URLClassLoader(CLASS_PATH, ClassLoader.getPlatformClassLoader())) {
            for (int call = 0; call < 2; call++) {
                assertThatThrownBy(() -> engineOf(second))
                        .cause()
                        .hasMessage("PyTorch's natives are in use by another class loader, and a JVM gives them to one"
                                + " only.\n"
                                + "  try:  have one class loader load DJL (the jars ai.djl:api and"
                                + " ai.djl.pytorch:*) for all parts of the program that use it, such as the"
                                + " server's instead of each application's; or a JVM for each.")
                        .hasRootCauseInstanceOf(UnsatisfiedLinkError.class)
                        .extracting(e -> e.getClass().getName())
                        .isEqualTo(NativesException.class.getName());
            }
        }
    }

    @Test
    void copiesOfVitrailThatShareDjlWorkSideBySide() throws Exception {
        try (URLClassLoader second = new OwnVitrail(getClass().getClassLoader())) {
            assertThat(second.loadClass(DjlEngine.class.getName())).isNotEqualTo(DjlEngine.class);
            assertThat(engineOf(second)).isSameAs(DjlEngine.get());
            Object answer = second.loadClass(Computing.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            assertThat(((Callable<?>) answer).call()).isEqualTo(new Computing().call());
        }
    }

    private static Object engineOf(ClassLoader loader) throws ReflectiveOperationException {
        return loader.loadClass(DjlEngine.class.getName()).getMethod("get").invoke(null);
    }

    /** A pass through a small model. */
    public static final class Computing implements Callable<float[]> {
        @Override
        public float[] call() {
            Linear model = new Linear(3, 2);
            try (Session<Linear> session = new Session<>(
                    model, ReadableOperations.INSTANCE, Device.cpu(), manager -> Weights.random(model, manager))) {
                return session.run((linear, manager, pass) ->
                        linear.forward(Weights.wave(manager, 1, 3), pass).toFloatArray());
            }
        }
    }
}
