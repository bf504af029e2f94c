package org.millrace.testkit.p4.run;

import java.math.BigInteger;
import java.util.List;
import org.millrace.testkit.p4.value.Type;

/**
 * A call of an extern.
 *
 * @param pass    the packet's
 * @param self    the instance; null: a function
 * @param values  of the arguments, null for those that are only written or left out
 * @param types   of the arguments as the call has them, null for those left out
 * @param returns what is asked for
 * @param results what is written back, by argument
 */
public record Call(Object pass, Object self, Object[] values, List<Type> types, Type returns, Object[] results) {
    /** @return an argument that is a number */
    public BigInteger number(int argument) {
        return (BigInteger) values[argument];
    }
}
