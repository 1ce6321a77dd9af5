package io.vitrail.vit.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** OpenCV, unlike PyTorch, serves several class loaders: JavaCPP gives each a copy. */
class SecondClassLoaderTest {
    @Test
    void decodesTheSamePixels() throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            classPath.add(Path.of(entry).toUri().toURL());
        }
        Path photo = Path.of(
                getClass().getResource("/goldens/vit/classification/photo.png").toURI());
        Image expected = Image.fromFile(photo);
        try (URLClassLoader second =
                new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> image = second.loadClass(Image.class.getName());
            assertThat(image).isNotEqualTo(Image.class);
            Object decoded = image.getMethod("fromFile", Path.class).invoke(null, photo);
            Object pixels = image.getMethod("pixels").invoke(decoded);
            assertThat(pixels.getClass().getMethod("samples").invoke(pixels))
                    .isEqualTo(expected.pixels().samples());
        }
    }
}
