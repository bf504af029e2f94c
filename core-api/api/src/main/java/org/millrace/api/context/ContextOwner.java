package org.millrace.api.context;

/** An application of another process. Equal ones may hand connections to each other, and listen at one place. */
public interface ContextOwner {
    /** {@return the id of the user whose limits its contexts count against} */
    int user();
}
