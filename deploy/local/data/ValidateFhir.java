import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * HL7's validator of FHIR R4: a resource a line on standard input, its messages as one JSON array a line on standard output. The arguments are files of
 * further profiles and their value sets, one a line, of StructureDefinitions the differentials alone.
 */
public class ValidateFhir {
  public static void main(String[] arguments) throws Exception {
    FhirContext context = FhirContext.forR4();
    PrePopulatedValidationSupport profiles = new PrePopulatedValidationSupport(context);
    for (String file : arguments) {
      for (String line : Files.readAllLines(Path.of(file), StandardCharsets.UTF_8)) {
        profiles.addResource(context.newJsonParser().parseResource(line));
      }
    }
    FhirInstanceValidator rules =
        new FhirInstanceValidator(
            new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                profiles,
                new SnapshotGeneratingValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context),
                new InMemoryTerminologyServerValidationSupport(context),
                // Code systems that are not in the package (LOINC, SNOMED CT, our own) are a warning each.
                new UnknownCodeSystemWarningValidationSupport(context)));
    rules.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    rules.setAnyExtensionsAllowed(true);
    FhirValidator validator = context.newValidator().registerValidatorModule(rules);
    ObjectMapper json = new ObjectMapper();
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader resources = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = resources.readLine()) != null; ) {
      ArrayNode messages = json.createArrayNode();
      for (SingleValidationMessage message : validator.validateWithResult(line).getMessages()) {
        messages
            .addObject()
            .put("severity", message.getSeverity().getCode())
            .put("path", message.getLocationString())
            .put("text", message.getMessage());
      }
      answers.println(json.writeValueAsString(messages));
    }
  }
}
