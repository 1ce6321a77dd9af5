package io.vitrail.transformer.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import org.junit.jupiter.api.Test;

class DistinctParametersTest {
    @Test
    void aSharedParameterIsThereOnceByItsFirstName() {
        Parameter shared = parameter("table");
        Parameter other = parameter("bias");
        ParameterList list = new ParameterList();
        list.add("embedding", shared);
        list.add("bias", other);
        list.add("projection", shared);
        ParameterList distinct = DistinctParameters.of(list);
        assertThat(distinct.keys()).containsExactly("embedding", "bias");
        assertThat(distinct.values()).containsExactly(shared, other);
    }

    private static Parameter parameter(String name) {
        return Parameter.builder().setName(name).setType(Parameter.Type.OTHER).build();
    }
}
