package org.millrace.code.analysis;

import java.util.List;
import java.util.Map;
import org.millrace.code.Site;
import org.millrace.code.Violation;
import org.millrace.code.analysis.Expr.Input;

/**
 * What was found in a stage's class.
 *
 * @param stage      the class
 * @param paths      its paths; not all, if something was refused
 * @param refused    what could not be analysed
 * @param stateSites where each state field is touched first
 */
public record StageAnalysis(Class<?> stage, List<Path> paths, List<Violation> refused, Map<Input, Site> stateSites) {
}
